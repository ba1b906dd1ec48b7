//! Settings that are as usual go without saying: plans and states show those that differ.

use serde::de::{DeserializeOwned, Error};
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value as Json};

/// For `#[serde(with = …)]` at a group of settings: those that differ from its `Default`.
///
/// # Errors
/// It is no struct.
pub fn serialize<T: Serialize + Default, S: Serializer>(settings: &T, to: S) -> Result<S::Ok, S::Error> {
    let usual = fields(&T::default()).map_err(S::Error::custom)?;
    let mut fields = fields(settings).map_err(S::Error::custom)?;
    fields.retain(|name, value| usual.get(name) != Some(value));
    fields.serialize(to)
}

/// For `#[serde(with = …)]`. Reads whole groups too.
///
/// # Errors
/// It isn't such a group.
pub fn deserialize<'de, T: Serialize + DeserializeOwned + Default, D: Deserializer<'de>>(
    from: D,
) -> Result<T, D::Error> {
    let mut all = fields(&T::default()).map_err(D::Error::custom)?;
    all.extend(Map::deserialize(from)?);
    serde_json::from_value(Json::Object(all)).map_err(D::Error::custom)
}

fn fields(settings: &impl Serialize) -> Result<Map<String, Json>, serde_json::Error> {
    serde_json::from_value(serde_json::to_value(settings)?)
}

/// For `#[serde(skip_serializing_if = …)]`, with `default`.
pub fn is<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// For `#[serde(default = …)]` at what usually is.
#[must_use]
pub fn yes() -> bool {
    true
}

/// For `#[serde(skip_serializing_if = …)]`, with it.
#[must_use]
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
pub fn is_yes(value: &bool) -> bool {
    *value
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Check {
        path: String,
        interval: Option<i32>,
    }

    impl Default for Check {
        fn default() -> Self {
            Self { path: "/".into(), interval: Some(30) }
        }
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Spec {
        #[serde(with = "super", default, skip_serializing_if = "super::is")]
        check: Check,
    }

    #[test]
    fn only_what_differs_is_shown_and_all_comes_back() {
        let check = |path: &str, interval| Spec { check: Check { path: path.into(), interval } };
        for (spec, shown, whole) in [
            (check("/", Some(30)), json!({}), json!({"check": {"path": "/", "interval": 30}})),
            (
                check("/x", Some(30)),
                json!({"check": {"path": "/x"}}),
                json!({"check": {"path": "/x", "interval": 30}}),
            ),
            (
                check("/", None),
                json!({"check": {"interval": null}}),
                json!({"check": {"path": "/", "interval": null}}),
            ),
        ] {
            assert_eq!(serde_json::to_value(&spec).unwrap(), shown);
            assert_eq!(serde_json::from_value::<Spec>(shown).unwrap(), spec);
            assert_eq!(serde_json::from_value::<Spec>(whole).unwrap(), spec);
        }
    }
}
