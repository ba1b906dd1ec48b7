//! Mistakes in a `paas_infrastructure_pipeline`, in a `paas_ami` and in its data source: `arguments.rs` has those that are
//! seen without asking AWS, `account.rs` those that only AWS shows, `images.rs` the part of images. What a folder can't be
//! baked for is told in the suite `ami`.

mod account;
mod arguments;
mod images;

use crate::Mistake;
use serde_json::{Value, json};

const KIND: &str = "infrastructure_pipeline";

fn mistake(
    arguments: Value,
    path: &'static str,
    summary: &'static str,
    says: &'static [&'static str],
) -> Mistake {
    Mistake { kind: KIND, arguments, path, summary, says }
}

/// Each is another tenant's.
fn sound(kind: &str, number: usize) -> Value {
    match kind {
        "ami" => json!({"infrastructure_pipeline": "dev/acme"}),
        _ => json!({"environment": "dev", "tenant": format!("t{number}")}),
    }
}
