//! Integration tests, linked into one binary: linking is what takes the time.
//!
//! `expect` and `unwrap` are how a test says what must hold.
#![allow(clippy::unwrap_used)]

mod aiperf;
mod architecture;
mod bad_input;
mod broken_runs;
mod browser;
mod calculator;
mod charts;
mod charts_command;
mod check;
mod columns;
mod command_line;
mod compare;
mod configuration;
mod data_files;
mod dates;
mod engine;
mod examples;
mod folder;
mod gate;
mod generated;
mod golden;
mod guidellm;
mod house;
mod html;
mod inference_perf;
mod init;
mod llama_bench;
mod llm_d;
mod llmperf;
mod markdown;
mod missing_keys;
mod on_disk;
mod pages;
mod pdf;
mod power_logs;
mod privacy;
mod prose;
mod published;
mod quick;
mod reference;
mod results;
mod run;
mod same_bytes;
mod sample;
mod sample_reports;
mod samples;
mod schemas;
mod suite;
mod summary;
mod sweeps;
mod terminal;
mod tool_files;
