//! What must hold of every page, looked at in the layout model and, where only the file can tell, in the file.

mod file;
mod layout;
mod sample;
