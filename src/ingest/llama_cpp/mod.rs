//! llama.cpp's own benchmarks: `llama-bench` in each of its output formats, and `llama-batched-bench`.
//!
//! Both time the engine inside one process. There is no server and no request, so there is neither a TTFT nor an E2E: what
//! they give is how fast prompts are read and tokens are written.

pub mod batched;
pub mod bench;
mod levels;
mod test;
