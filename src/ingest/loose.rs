//! Values that tools write in more than one way: numbers in quotes, `"inf"`, `null`, truth as text.

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use std::fmt;

/// A number that may be missing: `null`, `NaN` and an empty text are none; `"550"` and `"inf"` are numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Number(Option<f64>);

impl Number {
    /// Its value where it is a finite number.
    pub fn value(self) -> Option<f64> {
        self.0.filter(|value| value.is_finite())
    }

    /// Its value where it is a whole number from 0 on.
    pub fn whole(self) -> Option<u64> {
        self.value()
            .filter(|value| value.fract() == 0.0 && (0.0..=9_007_199_254_740_992.0).contains(value))
            .map(|v| v as u64)
    }

    /// Whether it stands for «without a limit».
    pub fn is_infinite(self) -> bool {
        self.0.is_some_and(f64::is_infinite)
    }
}

impl From<Option<f64>> for Number {
    fn from(value: Option<f64>) -> Self {
        Self(value.filter(|value| !value.is_nan()))
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Number;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a number")
            }
            fn visit_unit<E>(self) -> Result<Number, E> {
                Ok(Number(None))
            }
            fn visit_none<E>(self) -> Result<Number, E> {
                Ok(Number(None))
            }
            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Number, D::Error> {
                deserializer.deserialize_any(self)
            }
            fn visit_f64<E>(self, value: f64) -> Result<Number, E> {
                Ok(Number(Some(value).filter(|value| !value.is_nan())))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Number, E> {
                Ok(Number(Some(value as f64)))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Number, E> {
                Ok(Number(Some(value as f64)))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Number, E> {
                let text = text.trim();
                if text.is_empty() {
                    return Ok(Number(None));
                }
                match text.parse::<f64>() {
                    Ok(value) => self.visit_f64(value),
                    Err(_) => Err(E::invalid_value(serde::de::Unexpected::Str(text), &self)),
                }
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// A text that may be missing or written as a number or truth value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text(Option<String>);

impl Text {
    /// The text where there is one that is not blank.
    pub fn get(&self) -> Option<&str> {
        self.0.as_deref().map(str::trim).filter(|text| !text.is_empty())
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(Some(text.to_owned()))
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Text;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a text")
            }
            fn visit_unit<E>(self) -> Result<Text, E> {
                Ok(Text(None))
            }
            fn visit_none<E>(self) -> Result<Text, E> {
                Ok(Text(None))
            }
            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Text, D::Error> {
                deserializer.deserialize_any(self)
            }
            fn visit_str<E>(self, text: &str) -> Result<Text, E> {
                Ok(Text(Some(text.to_owned())))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Text, E> {
                Ok(Text(Some(value.to_string())))
            }
            fn visit_u64<E>(self, value: u64) -> Result<Text, E> {
                Ok(Text(Some(value.to_string())))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Text, E> {
                Ok(Text(Some(value.to_string())))
            }
            fn visit_bool<E>(self, value: bool) -> Result<Text, E> {
                Ok(Text(Some(value.to_string())))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// The gaps between the chunks of one response: how many and their sum, in the unit of the file. The gaps themselves are
/// not held.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Gaps {
    /// How many.
    pub count: u64,
    /// Their sum.
    pub sum: f64,
}

impl Gaps {
    /// Their mean; none without a gap.
    pub fn mean(self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }
}

impl<'de> Deserialize<'de> for Gaps {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct List;
        impl<'de> Visitor<'de> for List {
            type Value = Gaps;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a list of gaps between chunks")
            }
            fn visit_unit<E>(self) -> Result<Gaps, E> {
                Ok(Gaps::default())
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Gaps, A::Error> {
                let mut gaps = Gaps::default();
                while let Some(gap) = list.next_element::<Number>()? {
                    if let Some(gap) = gap.value() {
                        gaps.count += 1;
                        gaps.sum += gap;
                    }
                }
                Ok(gaps)
            }
        }
        deserializer.deserialize_any(List)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_however_they_are_written() {
        let numbers: Vec<Number> =
            serde_json::from_str(r#"[550, -1, 0.5, "550", " 1e3 ", null, "", "nan", "inf"]"#).unwrap();
        let values: Vec<_> = numbers.iter().map(|number| number.value()).collect();
        let expected = [Some(550.0), Some(-1.0), Some(0.5), Some(550.0), Some(1000.0), None, None, None, None];
        assert_eq!(values, expected);
        assert_eq!(numbers.iter().map(|number| number.is_infinite()).filter(|infinite| *infinite).count(), 1);
        assert_eq!((numbers[0].whole(), numbers[1].whole(), numbers[2].whole()), (Some(550), None, None));
        let error = serde_json::from_str::<Number>("\"many\"").unwrap_err().to_string();
        assert!(error.contains("invalid value: string \"many\", expected a number"), "{error}");
    }

    #[test]
    fn texts_and_gaps_are_read_however_they_are_written() {
        let texts: Vec<Text> = serde_json::from_str(r#"["a ", 4, 0.5, true, null, " "]"#).unwrap();
        let texts: Vec<_> = texts.iter().map(Text::get).collect();
        assert_eq!(texts, [Some("a"), Some("4"), Some("0.5"), Some("true"), None, None]);
        let gaps: Gaps = serde_json::from_str("[0.25, null, 0.75]").unwrap();
        assert_eq!((gaps.count, gaps.mean()), (2, Some(0.5)));
        assert_eq!(Gaps::default().mean(), None);
    }
}
