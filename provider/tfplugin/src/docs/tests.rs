use super::*;
use crate::{Attr, Attributes, Cx, DataSource, Diagnostics, Provider};

/// Keeps things.
///
/// More about it.
#[derive(Clone, Default, Attributes)]
struct Config {
    /// Where.
    #[attr(optional, deprecated = "Use `folder`.")]
    directory: Attr<String>,
}

struct Things;

impl Provider for Things {
    type Config = Config;
    async fn configure(&self, _: &Cx, _: Config) -> Diagnostics {
        Diagnostics::new()
    }
}

/// A thing.
#[derive(Clone, Default, Attributes)]
struct Thing {
    /// Its name.
    #[attr(required, replace)]
    name: Attr<String>,
    /// Its labels,
    /// two lines of text.
    #[attr(optional, default = ["a"])]
    labels: Attr<Vec<String>>,
    /// Its parts.
    #[attr(optional)]
    parts: Attr<Vec<Part>>,
    /// Its id.
    #[attr(computed)]
    id: Attr<String>,
}

/// A part.
#[derive(Clone, Default, Attributes)]
struct Part {
    /// A secret.
    #[attr(required, sensitive)]
    key: Attr<String>,
}

impl DataSource for Thing {
    type Model = Self;
    const NAME: &'static str = "thing";
    async fn read(&self, _: &Cx, config: Self) -> Result<Self, Diagnostics> {
        Ok(config)
    }
}

#[test]
fn pages_have_front_matter_examples_and_schemas() {
    let server =
        Server::new("registry.terraform.io/x/things", "things", Things).data_source(Thing::default());
    let examples = Examples::new().example("data.things_thing", "data \"things_thing\" \"x\" {}\n");
    let pages = render(&server, &examples);
    assert_eq!(pages.keys().collect::<Vec<_>>(), ["data-sources/thing.md", "index.md"]);
    assert_eq!(
        pages["data-sources/thing.md"],
        r#"---
page_title: "things_thing Data Source - things"
subcategory: ""
description: |-
  A thing.
---

# things_thing (Data Source)

A thing.

## Example Usage

```terraform
data "things_thing" "x" {}
```

## Schema

### Required

- `name` (String, Forces replacement) Its name.

### Optional

- `labels` (List of String) Its labels, two lines of text. Default: `["a"]`.
- `parts` (Attributes List) Its parts. (see [below for nested schema](#nestedatt--parts))

### Read-Only

- `id` (String) Its id.

<a id="nestedatt--parts"></a>
### Nested Schema for `parts`

Required:

- `key` (String, Sensitive) A secret.
"#
    );
    let index = &pages["index.md"];
    assert!(index.contains("Keeps things.\n\nMore about it."), "{index}");
    assert!(
        index.contains("- `directory` (String, Deprecated) Where. **Deprecated:** Use `folder`."),
        "{index}"
    );
}
