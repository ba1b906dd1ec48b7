//! One page, section by section.

use crate::{
    Attribute, Schema, Signature, Value,
    schema::{Kind, Nesting},
};
use std::fmt::Write;

pub(super) struct Page(String);

type Section = (&'static str, fn(&Attribute) -> bool);

/// The registry's order: what must be set, what may be, what comes back.
const SECTIONS: [Section; 3] = [
    ("Required", |attribute| attribute.required),
    ("Optional", |attribute| attribute.optional),
    ("Read-Only", |attribute| !attribute.required && !attribute.optional),
];

impl Page {
    /// The front matter that the registry asks for.
    pub fn new(page_title: &str, subcategory: Option<&str>, description: &str) -> Self {
        let mut page = Self(format!("---\npage_title: \"{page_title}\"\n"));
        if subcategory.is_some() {
            page.line("subcategory: \"\"");
        }
        page.line("description: |-");
        // The first paragraph, on one line: search engines and the registry's lists show no more.
        let paragraph = description.split("\n\n").next().unwrap_or_default();
        page.line(&format!("  {}", paragraph.lines().map(str::trim).collect::<Vec<_>>().join(" ")));
        page.line("---");
        page
    }

    pub fn text(self) -> String {
        format!("{}\n", self.0.trim_end())
    }

    fn line(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    pub fn title(&mut self, title: &str, description: &str) {
        self.line(&format!("\n# {title}\n\n{description}"));
    }

    pub fn example(&mut self, hcl: Option<&str>) {
        if let Some(hcl) = hcl {
            self.line(&format!("\n## Example Usage\n\n```terraform\n{}\n```", hcl.trim()));
        }
    }

    pub fn import(&mut self, type_name: &str, id: &str) {
        let block = format!("import {{\n  to = {type_name}.example\n  id = \"{id}\"\n}}");
        self.line(&format!("\n## Import\n\n```terraform\n{block}\n```\n\nor, on the command line:\n"));
        self.line(&format!("```shell\nterraform import {type_name}.example {id}\n```"));
    }

    /// All attributes, then a section for each nested one.
    pub fn schema(&mut self, schema: &Schema) {
        self.line("\n## Schema");
        self.attributes(schema, "", "###");
    }

    fn attributes(&mut self, schema: &Schema, path: &str, heading: &str) {
        let mut sorted: Vec<_> = schema.attributes.iter().collect();
        sorted.sort_by(|a, b| a.name.cmp(&b.name));
        for (title, belongs) in SECTIONS {
            let mut first = true;
            for attribute in sorted.iter().filter(|attribute| belongs(attribute)) {
                if std::mem::take(&mut first) {
                    self.line(&if path.is_empty() {
                        format!("\n{heading} {title}\n")
                    } else {
                        format!("\n{title}:\n")
                    });
                }
                self.line(&item(attribute, &anchor(path, attribute)));
            }
        }
        for attribute in sorted {
            if let Kind::Nested(_, inner) = &attribute.kind {
                let anchor = anchor(path, attribute);
                let dotted = anchor.replace("--", ".");
                self.line(&format!("\n<a id=\"nestedatt--{anchor}\"></a>\n### Nested Schema for `{dotted}`"));
                self.attributes(inner, &anchor, heading);
            }
        }
    }

    pub fn signature(&mut self, name: &str, signature: &Signature) {
        let mut parameters: Vec<_> = signature
            .parameters
            .iter()
            .map(|parameter| format!("{} {}", parameter.name, parameter.ty))
            .collect();
        parameters.extend(
            signature.variadic.as_ref().map(|parameter| format!("{} {}...", parameter.name, parameter.ty)),
        );
        let call = format!("{name}({}) {}", parameters.join(", "), signature.returns);
        self.line(&format!("\n## Signature\n\n```text\n{call}\n```\n\n## Arguments\n"));
        for (i, parameter) in signature.parameters.iter().chain(&signature.variadic).enumerate() {
            let variadic = if i == signature.parameters.len() { "Variadic, " } else { "" };
            let line =
                format!("1. `{}` ({variadic}{}) {}", parameter.name, parameter.ty, parameter.description);
            self.line(&line);
        }
    }
}

fn anchor(path: &str, attribute: &Attribute) -> String {
    if path.is_empty() { attribute.name.clone() } else { format!("{path}--{}", attribute.name) }
}

fn item(attribute: &Attribute, anchor: &str) -> String {
    let mut notes = match &attribute.kind {
        Kind::Plain(ty) => title_case(&ty.to_string()),
        Kind::Nested(nesting, _) => {
            let kind = match nesting {
                Nesting::Single => "Attributes",
                Nesting::List => "Attributes List",
                Nesting::Set => "Attributes Set",
                Nesting::Map => "Attributes Map",
            };
            kind.to_owned()
        }
    };
    for (holds, note) in [
        (attribute.sensitive, ", Sensitive"),
        (attribute.write_only, ", Write-only"),
        (attribute.replace, ", Forces replacement"),
        (attribute.deprecated.is_some(), ", Deprecated"),
    ] {
        notes.push_str(if holds { note } else { "" });
    }
    // one paragraph: a list item can hold no more
    let description = attribute.description.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut item = format!("- `{}` ({notes}) {description}", attribute.name);
    if let Some(default) = attribute.default.as_ref().filter(|default| !matches!(default, Value::Map(_))) {
        let _ = write!(item, " Default: `{}`.", default.to_json());
    }
    if let Some(instead) = &attribute.deprecated {
        let _ = write!(item, " **Deprecated:** {instead}");
    }
    if matches!(attribute.kind, Kind::Nested(..)) {
        let _ = write!(item, " (see [below for nested schema](#nestedatt--{anchor}))");
    }
    item.trim_end().to_owned()
}

/// `list(string)` as the registry writes types: `List of String`.
fn title_case(ty: &str) -> String {
    let words: Vec<_> = ty.trim_end_matches(')').split('(').collect();
    if words.iter().any(|word| word.contains(['{', '[', ','])) {
        return format!("`{ty}`");
    }
    let capital = |word: &&str| word[..1].to_uppercase() + &word[1..];
    words.iter().map(capital).collect::<Vec<_>>().join(" of ")
}
