//! Whom to ask.

use super::Compared;
use crate::report::sections::{Draft, contact};

pub(super) fn draft(input: &Compared) -> Option<Draft> {
    contact::of(input.config)
}
