//! The command line: files in, files out, messages.

fn main() {}
