//! Configurations, in JSON or TOML. The keys of PyScript and workerlib are checked; the program's own keys are kept.

use serde_json::{Map, Value};
use thiserror::Error;

/// The format of a configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JSON.
    Json,
    /// TOML.
    Toml,
}

/// A fault of a configuration.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ConfigError {
    /// Its format is another one.
    #[error("the configuration {origin} is not valid {format}: {why}")]
    Syntax {
        /// Its origin.
        origin: String,
        /// The form that it should have.
        format: &'static str,
        /// The parser's words.
        why: String,
    },
    /// A value has another form than its key demands.
    #[error("`{path}` in the configuration {origin} is {got}, and should be {expected}")]
    Value {
        /// Its origin.
        origin: String,
        /// Its position.
        path: String,
        /// The value that it has.
        got: String,
        /// The form that it should have.
        expected: &'static str,
    },
}

/// Reads a configuration, and checks the fields that the runtime knows.
///
/// ```
/// let text = "packages = ['numpy']\n[exports]\nsums = ['add']";
/// let config = sabir_py::parse_config(text, sabir_py::Format::Toml, "pyscript.toml")?;
/// assert_eq!(config["exports"]["sums"][0], "add");
/// # Ok::<(), sabir_py::ConfigError>(())
/// ```
///
/// # Errors
/// If it cannot be read, or a field is of the wrong kind.
pub fn parse_config(text: &str, format: Format, origin: &str) -> Result<Map<String, Value>, ConfigError> {
    let syntax = |format, why: String| ConfigError::Syntax { origin: origin.to_owned(), format, why };
    let value: Value = match format {
        Format::Json => serde_json::from_str(text).map_err(|error| syntax("JSON", error.to_string()))?,
        Format::Toml => toml::from_str(text).map_err(|error| syntax("TOML", error.message().to_owned()))?,
    };
    let check = Check { origin };
    let Value::Object(config) = value else {
        return Err(check.fails("", &value, "an object of settings"));
    };
    for (key, value) in &config {
        check.field(key, value)?;
    }
    Ok(config)
}

/// Checks values of the configuration from `origin`.
struct Check<'a> {
    origin: &'a str,
}

impl Check<'_> {
    fn field(&self, key: &str, value: &Value) -> Result<(), ConfigError> {
        match key {
            "packages" => self.strings(key, value, "a list of packages' names or URLs"),
            "files" => self.each(key, value, "an object of URLs and paths", |path, to| self.text(path, to)),
            "js_modules" => self.each(key, value, "an object of `main` and `worker`", |path, modules| {
                self.each(path, modules, "an object of URLs and names", |path, name| self.text(path, name))
            }),
            "exports" => self.each(key, value, "an object of modules and their functions", |path, names| {
                self.strings(path, names, "a list of functions' names")
            }),
            "adapters" => {
                self.each(key, value, "an object of modules and their adapters", |path, adapters| {
                    self.adapters(path, adapters)
                })
            }
            "sync_main_only" if !value.is_boolean() => Err(self.fails(key, value, "true or false")),
            "interpreter" => self.text(key, value),
            _ => Ok(()),
        }
    }

    /// One adapter, or a list of them.
    fn adapters(&self, path: &str, value: &Value) -> Result<(), ConfigError> {
        const EXPECTED: &str = "[\"Type\", \"encoder\", \"decoder\"], or a list of such";
        match value.as_array().map(Vec::as_slice) {
            Some([Value::String(_), Value::String(_), Value::String(_)]) => Ok(()),
            Some(list) if !list.is_empty() && list.iter().all(Value::is_array) => {
                for (index, adapter) in list.iter().enumerate() {
                    let triple = adapter.as_array().filter(|names| names.len() == 3);
                    if !triple.is_some_and(|names| names.iter().all(Value::is_string)) {
                        return Err(self.fails(&format!("{path}[{index}]"), adapter, EXPECTED));
                    }
                }
                Ok(())
            }
            _ => Err(self.fails(path, value, EXPECTED)),
        }
    }

    fn text(&self, path: &str, value: &Value) -> Result<(), ConfigError> {
        if value.is_string() { Ok(()) } else { Err(self.fails(path, value, "a text")) }
    }

    fn strings(&self, path: &str, value: &Value, expected: &'static str) -> Result<(), ConfigError> {
        let list = value.as_array().ok_or_else(|| self.fails(path, value, expected))?;
        for (index, item) in list.iter().enumerate() {
            self.text(&format!("{path}[{index}]"), item)?;
        }
        Ok(())
    }

    fn each(
        &self,
        path: &str,
        value: &Value,
        expected: &'static str,
        check: impl Fn(&str, &Value) -> Result<(), ConfigError>,
    ) -> Result<(), ConfigError> {
        let object = value.as_object().ok_or_else(|| self.fails(path, value, expected))?;
        object.iter().try_for_each(|(key, value)| check(&format!("{path}.{key}"), value))
    }

    fn fails(&self, path: &str, value: &Value, expected: &'static str) -> ConfigError {
        let path = if path.is_empty() { "the whole" } else { path };
        let got = match value {
            Value::Null => "null".to_owned(),
            Value::Array(_) => "a list".to_owned(),
            Value::Object(_) => "an object".to_owned(),
            scalar => scalar.to_string(),
        };
        ConfigError::Value { origin: self.origin.to_owned(), path: path.to_owned(), got, expected }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str, format: Format) -> String {
        parse_config(text, format, "of a test").unwrap_err().to_string()
    }

    #[test]
    fn both_formats_say_the_same() {
        let json = r#"{"packages": ["a"], "adapters": {"m": [["T", "None", "None"]]}, "mine": 1}"#;
        let toml = "packages = ['a']\nmine = 1\n[adapters]\nm = [['T', 'None', 'None']]";
        assert_eq!(parse_config(json, Format::Json, ""), parse_config(toml, Format::Toml, ""));
    }

    #[test]
    fn errors_name_the_place() {
        for (text, named) in [
            ("[]", "the whole"),
            (r#"{"packages": "numpy"}"#, "`packages`"),
            (r#"{"packages": ["a", 1]}"#, "`packages[1]` in the configuration of a test is 1"),
            (r#"{"files": {"a": null}}"#, "`files.a`"),
            (r#"{"js_modules": {"main": []}}"#, "`js_modules.main`"),
            (r#"{"exports": {"m": [true]}}"#, "`exports.m[0]`"),
            (r#"{"adapters": {"m": ["T", "e"]}}"#, "`adapters.m`"),
            (r#"{"adapters": {"m": [["T", "e", "d"], ["T"]]}}"#, "`adapters.m[1]`"),
            (r#"{"sync_main_only": "yes"}"#, "`sync_main_only`"),
            ("{", "is not valid JSON"),
        ] {
            let error = error(text, Format::Json);
            assert!(error.contains(named), "{error}");
        }
        assert!(error("a = ", Format::Toml).contains("is not valid TOML"));
    }
}
