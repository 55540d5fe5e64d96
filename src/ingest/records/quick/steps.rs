//! What is done with the values of a column.

use super::super::columns::{Column, Field};

/// Decided once a file, not for each value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step {
    /// A number is stored.
    Number(Column),
    /// A text or a truth value is taken.
    Words(Column),
    /// The value is passed over.
    Skip,
}

impl Step {
    /// What is done with a column; nobody knows it where there is no field.
    pub fn of(field: Option<Field>) -> Self {
        match field.map(|field| field.column) {
            Some(column) if column.is_number() => Self::Number(column),
            Some(column) => Self::Words(column),
            None => Self::Skip,
        }
    }
}

impl Column {
    /// Whether it holds a number, whatever its unit.
    fn is_number(self) -> bool {
        use Column::{Concurrency, ContextTokens, InputTokens, OutputChunks, OutputTokens, RequestRate};
        self.is_time()
            || matches!(self, ContextTokens | Concurrency | RequestRate | OutputChunks | InputTokens | OutputTokens)
    }

    /// Whether it says which level a record belongs to.
    pub fn names_level(self) -> bool {
        use Column::{Concurrency, ContextTokens, RequestRate, Run, Scenario};
        matches!(self, Scenario | ContextTokens | Concurrency | RequestRate | Run)
    }
}
