//! What a run of Terraform printed.

use serde::Deserialize;
use serde_json::Value;
use std::fmt::Write;

/// A finished run.
#[derive(Debug, Clone)]
pub struct Output {
    /// The command line, for messages.
    pub command: String,
    /// The exit code; None where a signal ended it.
    pub code: Option<i32>,
    /// Standard output; for `-json` commands one JSON object a line.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

/// An error or a warning, as Terraform's `-json` commands give it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Diagnostic {
    /// `error` or `warning`.
    pub severity: String,
    /// The first line.
    pub summary: String,
    /// The explanation.
    #[serde(default)]
    pub detail: String,
    /// The resource it is about, such as `paas_tenant.acme`.
    pub address: Option<String>,
    snippet: Option<Snippet>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Snippet {
    code: String,
    highlight_start_offset: usize,
    highlight_end_offset: usize,
}

impl Diagnostic {
    /// The argument that the diagnostic points at in the configuration, such as `cidr_block`.
    ///
    /// Terraform places only top-level arguments (and elements of those); for one inside a nested object it marks the
    /// whole resource, and this is None. The protocol client sees the full path.
    #[must_use]
    pub fn argument(&self) -> Option<&str> {
        let line = self.snippet.as_ref()?.code.lines().next()?;
        let (name, _) = line.split_once('=')?;
        let name = name.trim();
        let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        is_name.then_some(name)
    }

    /// The path of the attribute that the diagnostic is about, such as `cidr_block` or `network.vpc_id`; empty for one
    /// about no attribute. The provider names nested ones in the detail, because Terraform doesn't.
    #[must_use]
    pub fn path(&self) -> &str {
        let last = self.detail.lines().last().unwrap_or_default();
        last.strip_prefix("Attribute: ").or_else(|| self.argument()).unwrap_or_default()
    }

    /// The marked piece of the configuration: the argument's value, or the one element of it that is wrong.
    #[must_use]
    pub fn marked(&self) -> Option<&str> {
        let snippet = self.snippet.as_ref()?;
        snippet.code.get(snippet.highlight_start_offset..snippet.highlight_end_offset)
    }

    /// Summary and detail with every run of white space as one blank: Terraform's wrapping can't split a text.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}: {}", self.summary, self.detail).split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

impl Output {
    /// Whether it ended with exit code 0.
    #[must_use]
    pub fn success(&self) -> bool {
        self.code == Some(0)
    }

    /// The same output, after checking that the run succeeded.
    ///
    /// # Panics
    /// It failed; the text holds what Terraform said.
    #[allow(clippy::return_self_not_must_use, reason = "most callers want no more than the check")]
    #[track_caller]
    pub fn expect_success(self) -> Self {
        assert!(self.success(), "{}", self.report());
        self
    }

    /// The errors, after checking that the run failed and said why.
    ///
    /// # Panics
    /// It succeeded, or failed without an error.
    #[track_caller]
    #[must_use]
    pub fn expect_errors(&self) -> Vec<Diagnostic> {
        let errors = self.errors();
        assert!(!self.success() && !errors.is_empty(), "an error was expected. {}", self.report());
        errors
    }

    /// Standard output as one JSON value.
    ///
    /// # Panics
    /// It isn't one.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("no JSON ({error}). {}", self.report()))
    }

    /// Standard output of a `-json` command as its events, in order; `validate` prints a single one.
    #[must_use]
    pub fn events(&self) -> Vec<Value> {
        if let Ok(single) = serde_json::from_str(&self.stdout) {
            return vec![single];
        }
        self.stdout.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// Errors and warnings of a `-json` command, but for the note that a development build of the provider is in use.
    #[must_use]
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let of_event = |event: &Value| match event["diagnostics"].as_array() {
            Some(all) => all.clone(),
            None => event.get("diagnostic").cloned().into_iter().collect(),
        };
        self.events()
            .iter()
            .flat_map(of_event)
            .filter_map(|value| serde_json::from_value::<Diagnostic>(value).ok())
            .filter(|diagnostic| diagnostic.summary != "Provider development overrides are in effect")
            .collect()
    }

    /// The errors among the diagnostics.
    #[must_use]
    pub fn errors(&self) -> Vec<Diagnostic> {
        self.diagnostics().into_iter().filter(|diagnostic| diagnostic.severity == "error").collect()
    }

    /// What a `plan` or `apply` means to do, as address and action (`create`, `update`, `replace`, `delete` …).
    #[must_use]
    pub fn changes(&self) -> Vec<(String, String)> {
        self.events()
            .iter()
            .filter(|event| event["type"] == "planned_change")
            .map(|event| {
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                (text(&event["change"]["resource"]["addr"]), text(&event["change"]["action"]))
            })
            .collect()
    }

    /// The whole run in a readable form.
    #[must_use]
    pub fn report(&self) -> String {
        let mut report = format!("`{}` ended with {:?}\n", self.command, self.code);
        let diagnostics = self.diagnostics();
        for diagnostic in &diagnostics {
            let address = diagnostic.address.as_deref().unwrap_or("-");
            let Diagnostic { severity, summary, detail, .. } = diagnostic;
            let _ = writeln!(report, "{severity} at {address}: {summary}\n{detail}");
        }
        if diagnostics.is_empty() {
            report.push_str(&self.stdout);
        }
        report.push_str(&self.stderr);
        report
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(stdout: &str) -> Output {
        Output {
            command: "terraform plan".into(),
            code: Some(1),
            stdout: stdout.into(),
            stderr: String::new(),
        }
    }

    #[test]
    fn events_give_diagnostics_with_their_argument() {
        let output = printed(concat!(
            r#"{"type":"version","terraform":"1.11.4"}"#,
            "\n",
            r#"{"type":"diagnostic","diagnostic":{"severity":"warning","summary":"Provider development overrides are in effect","detail":"…"}}"#,
            "\n",
            r#"{"type":"diagnostic","diagnostic":{"severity":"error","summary":"Bad CIDR","detail":"must be\na /16","address":"paas_environment.dev","snippet":{"context":"resource","code":"  cidr_block = \"10.0.0.0/8\"","highlight_start_offset":15,"highlight_end_offset":27}}}"#,
            "\n",
        ));
        let errors = output.expect_errors();
        assert_eq!(output.diagnostics(), errors);
        assert_eq!(errors[0].argument(), Some("cidr_block"));
        assert_eq!(errors[0].marked(), Some("\"10.0.0.0/8\""));
        assert_eq!(errors[0].text(), "Bad CIDR: must be a /16");
        assert_eq!(errors[0].address.as_deref(), Some("paas_environment.dev"));
    }

    #[test]
    fn a_diagnostic_at_the_whole_resource_has_no_argument() {
        let code = r#"resource "paas_tenant" "acme" {"#.to_owned();
        let snippet = Some(Snippet { code, highlight_start_offset: 30, highlight_end_offset: 31 });
        let diagnostic = Diagnostic {
            severity: "error".into(),
            summary: String::new(),
            detail: String::new(),
            address: None,
            snippet,
        };
        assert_eq!(diagnostic.argument(), None);
    }

    #[test]
    fn validate_prints_one_object_with_all_diagnostics() {
        let output = printed(
            "{\n \"valid\": false,\n \"diagnostics\": [{\"severity\": \"error\", \"summary\": \"No\"}]\n}\n",
        );
        assert_eq!(output.errors().len(), 1);
    }

    #[test]
    fn planned_changes_are_addresses_with_actions() {
        let output = printed(
            r#"{"type":"planned_change","change":{"resource":{"addr":"paas_tenant.acme"},"action":"replace"}}"#,
        );
        assert_eq!(output.changes(), [("paas_tenant.acme".into(), "replace".into())]);
    }
}
