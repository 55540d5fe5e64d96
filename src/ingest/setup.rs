//! What all files of a run say together of model, hardware, engine and test, where the configuration does not.

use super::part::{PROPERTIES, Property, Setup};
use crate::config::Config;
use crate::error::{Error, Place, Result, Warned, Warning};
use crate::format;
use std::collections::BTreeSet;

/// What one file says of the setup.
#[derive(Debug, Clone, Copy)]
pub struct Said<'s> {
    /// As messages name the file.
    pub name: &'s str,
    /// What it says.
    pub setup: &'s Setup,
}

/// What the files agree on and the configuration does not say.
///
/// Warns where a file differs from the configuration, and where files differ from each other in anything but the model.
/// Errors: two models in one run, which is one deployment.
pub fn agree(said: &[Said], config: &Config) -> Result<Warned<Setup>> {
    let mut agreed = Warned::clean(Setup::default());
    for (property, key) in PROPERTIES {
        let values = distinct(property, said);
        let Some((first, file)) = values.first() else { continue };
        if let Some(configured) = property.configured(config) {
            let other = values.iter().find(|(value, _)| !property.same(value, &configured));
            agreed.warnings.extend(other.map(|(value, file)| {
                let message = format!("says `{value}` where `{key}` in `gristmill.toml` says `{configured}`");
                Warning::at(Place::file(*file), message)
            }));
            continue;
        }
        match values.get(1) {
            None => agreed.value.note(property, Some(first)),
            Some((second, other)) if property == Property::Model => {
                let more = match values.len() as u64 - 2 {
                    0 => String::new(),
                    more => format!(" (and {} beside them)", format::counted(more, "other model", "other models")),
                };
                let message = format!(
                    "was run with the model `{second}`, {file} with `{first}`{more}: one run is one deployment"
                );
                return Err(Error::at(Place::file(*other), message).hint(
                    "name the files of one model in the place of the folder, or give each model a folder (`gristmill compare` puts them \
                     side by side); where these are names \
                     of one model, set `model.name` in `gristmill.toml`",
                ));
            }
            Some(_) => {
                let who = |value: &str, first: &str| {
                    let same = |one: &&Said| one.setup.get(property).is_some_and(|other| property.same(other, value));
                    let files: BTreeSet<&str> = said.iter().filter(same).map(|one| one.name).collect();
                    let more = files.len() as u64 - 1;
                    match more {
                        0 => first.to_owned(),
                        _ => format!("{first} and {}", format::counted(more, "more file", "more files")),
                    }
                };
                let values: Vec<_> =
                    values.iter().map(|(value, file)| format!("`{value}` ({})", who(value, file))).collect();
                agreed.warnings.push(Warning::new(format!(
                    "the files differ in what `{key}` is: {}; it is left out unless `gristmill.toml` sets it",
                    format::list(&values)
                )));
            }
        }
    }
    Ok(agreed)
}

/// The values of a property, each once and with the first file that has it.
fn distinct<'s>(property: Property, said: &[Said<'s>]) -> Vec<(&'s str, &'s str)> {
    let mut values: Vec<(&str, &str)> = Vec::new();
    for Said { name, setup } in said {
        let Some(value) = setup.get(property) else { continue };
        if !values.iter().any(|(known, _)| property.same(known, value)) {
            values.push((value, name));
        }
    }
    values
}

impl Setup {
    /// The configuration with what it does not say itself filled in.
    pub fn complete(&self, config: &Config) -> Config {
        let mut complete = config.clone();
        for (property, value) in self.iter() {
            if property.configured(config).is_none() {
                property.configure(&mut complete, value);
            }
        }
        complete
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setup(property: Property, value: &str) -> Setup {
        Setup::default().with(property, Some(value))
    }

    fn agreed(property: Property, values: [&str; 2], config: &Config) -> Result<Warned<Setup>> {
        let [a, b] = values.map(|value| setup(property, value));
        agree(&[Said { name: "a.json", setup: &a }, Said { name: "b.json", setup: &b }], config)
    }

    #[test]
    fn what_files_agree_on_completes_the_configuration_and_never_overrules_it() {
        let mut config = Config::default();
        let found = agreed(Property::Model, ["Qwen/Qwen3-0.6B", "qwen3-0.6b"], &config).unwrap();
        assert_eq!(found.warnings, []);
        assert_eq!(found.value.complete(&config).model.name.as_deref(), Some("Qwen3-0.6B"));

        config.model.name = Some("Qwen3 0.6B".into());
        let found = agreed(Property::Model, ["Qwen3-0.6B", "Qwen3-8B"], &config).unwrap();
        assert_eq!(
            found.warnings[0].to_string(),
            "b.json: says `Qwen3-8B` where `model.name` in `gristmill.toml` says `Qwen3 0.6B`"
        );
        assert_eq!(found.value.complete(&config), config);
    }

    #[test]
    fn two_models_in_one_run_are_refused_and_two_gpus_are_pointed_out() {
        let error = agreed(Property::Model, ["A", "B"], &Config::default()).unwrap_err().to_string();
        assert!(error.starts_with("b.json: was run with the model `B`, a.json with `A`"), "{error}");
        let found = agreed(Property::GpuCount, ["4", "8"], &Config::default()).unwrap();
        assert_eq!(found.value, Setup::default());
        assert!(found.warnings[0].to_string().contains("`hardware.count` is: `4` (a.json) and `8` (b.json)"));
    }
}
