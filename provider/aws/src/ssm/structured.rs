//! Text that is JSON, as data: a plan shows what in it changes, and a state holds no escaped quotes.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// For `#[serde(with = …)]`. Text that isn't the compact JSON of an object stays text.
pub fn serialize<S: Serializer>(text: &str, to: S) -> Result<S::Ok, S::Error> {
    match serde_json::from_str::<Value>(text) {
        Ok(data) if data.is_object() && serde_json::to_string(&data).is_ok_and(|again| again == text) => {
            data.serialize(to)
        }
        _ => to.serialize_str(text),
    }
}

/// For `#[serde(with = …)]`.
///
/// # Errors
/// It isn't data.
pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::String(text) => text,
        data => data.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Spec {
        #[serde(with = "crate::ssm::structured")]
        value: String,
    }

    #[test]
    fn every_text_survives() {
        for (text, shown) in [
            (r#"{"b":1,"a":[1.5,"x"]}"#, r#"{"value":{"b":1,"a":[1.5,"x"]}}"#),
            (r#"{"a": 1}"#, r#"{"value":"{\"a\": 1}"}"#),
            (r#"{"a":1,"a":2}"#, r#"{"value":"{\"a\":1,\"a\":2}"}"#),
            ("[1]", r#"{"value":"[1]"}"#),
            ("true", r#"{"value":"true"}"#),
            ("", r#"{"value":""}"#),
            ("a{", r#"{"value":"a{"}"#),
        ] {
            let spec = Spec { value: text.into() };
            assert_eq!(serde_json::to_string(&spec).unwrap(), shown);
            assert_eq!(serde_json::from_str::<Spec>(shown).unwrap(), spec);
        }
    }
}
