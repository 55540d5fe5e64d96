//! What the fuzz targets do, and how it is judged; the tests of the program run the same over the kept inputs.

#[path = "../../tests/it/judge.rs"]
mod judge;
pub mod targets;
