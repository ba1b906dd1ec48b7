//! What the provider remembers of a composite between runs: the ledger, in Terraform's private state.
//!
//! The private state begins with a byte, the number of its form. Form 2 is the ledger as JSON, deflated; the specs that
//! `children` shows beside it in the same state are left out. Form 1 was JSON as it stands, which begins with a brace.

use super::Model;
use composite::{Json, Ledger, Record};
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use tfplugin::{Attr, Diagnostic};

/// The form that is written.
const FORM: u8 = 2;
/// How form 1 begins.
const BRACE: u8 = b'{';

/// The attribute `children`: specs as text, by key.
type Shown = Attr<BTreeMap<String, Attr<String>>>;

/// What is remembered.
#[derive(Debug, Default)]
pub struct Memory {
    /// Ids, what was last seen, and half-made children.
    pub ledger: Ledger,
}

/// Form 1.
#[derive(Deserialize)]
struct Plain {
    form: u32,
    ledger: Ledger,
}

impl Memory {
    /// Of a ledger.
    pub fn of(ledger: Ledger) -> Self {
        Self { ledger }
    }

    /// Reads private state, and what the attributes beside it show; no private state yet is an empty ledger. Without
    /// attributes the specs that they show are null.
    ///
    /// # Errors
    /// It was written by a newer provider, or by none.
    pub fn read<M: Model>(private: &[u8], beside: Option<&M>) -> Result<Self, Diagnostic> {
        Self::recall(private, &shown(beside)).map_err(|why| {
            Diagnostic::error(
                "The private state can't be read",
                format!(
                    "The state was written by another version of the provider ({why}). Use the version that wrote it, or a newer one."
                ),
            )
        })
    }

    /// As bytes for Terraform, which keeps them beside these attributes.
    pub fn write<M: Model>(&self, beside: Option<&M>) -> Vec<u8> {
        self.keep(&shown(beside))
    }

    fn recall(private: &[u8], shown: &Shown) -> Result<Self, String> {
        let mut ledger: Ledger = match private.split_first() {
            None => return Ok(Self::default()),
            Some((&BRACE, _)) => {
                let plain: Plain = serde_json::from_slice(private).map_err(|error| error.to_string())?;
                if plain.form != 1 {
                    return Err(unknown(plain.form));
                }
                plain.ledger
            }
            Some((&FORM, deflated)) => {
                let mut text = Vec::new();
                DeflateDecoder::new(deflated).read_to_end(&mut text).map_err(|error| error.to_string())?;
                serde_json::from_slice(&text).map_err(|error| error.to_string())?
            }
            Some((form, _)) => return Err(unknown(u32::from(*form))),
        };
        for (record, text) in beside(&mut ledger, shown) {
            if let (Json::Null, Some(text)) = (&record.saw, text) {
                record.saw = serde_json::from_str(text).unwrap_or_default();
            }
        }
        Ok(Self { ledger })
    }

    fn keep(&self, shown: &Shown) -> Vec<u8> {
        let mut ledger = self.ledger.clone();
        for (record, text) in beside(&mut ledger, shown) {
            let saw = record.saw.to_string();
            if text == Some(&saw) {
                record.saw = Json::Null;
            }
        }
        let text = serde_json::to_vec(&ledger).expect("a ledger is plain data");
        let mut deflated = DeflateEncoder::new(vec![FORM], Compression::best());
        deflated.write_all(&text).and_then(|()| deflated.finish()).expect("memory takes all that is written")
    }
}

fn unknown(form: u32) -> String {
    format!("it has form {form}, this provider knows {FORM}")
}

fn shown<M: Model>(model: Option<&M>) -> Shown {
    model.map_or(Attr::Null, |model| model.clone().children().clone())
}

/// Each record with the text that `shown` has for it.
fn beside<'a>(
    ledger: &'a mut Ledger,
    shown: &'a Shown,
) -> impl Iterator<Item = (&'a mut Record, Option<&'a String>)> {
    let keys: Vec<String> = ledger.children().into_keys().collect();
    let text = |key: String| shown.known()?.get(&key)?.known();
    ledger.live.iter_mut().chain(&mut ledger.dead).zip(keys.into_iter().map(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ledger() -> Ledger {
        let record = |key: &str, out: Json| Record {
            key: key.into(),
            kind: "vpc".into(),
            id: format!("vpc-{key}"),
            saw: json!({"name": key, "size": 1.5}),
            out: Some(out).filter(|out| !out.is_null()),
            needs: vec![],
        };
        Ledger {
            live: vec![record("a", json!({"id": "vpc-a"})), record("b", Json::Null)],
            dead: vec![record("a", json!({"id": "vpc-old"})), record("a", json!({"id": "vpc-older"}))],
        }
    }

    fn shown(ledger: &Ledger) -> Shown {
        let texts = ledger.children().into_iter().map(|(key, saw)| (key, Attr::Known(saw.to_string())));
        Attr::Known(texts.collect())
    }

    fn text(private: &[u8]) -> String {
        let mut text = String::new();
        DeflateDecoder::new(&private[1..]).read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn a_ledger_survives_with_what_is_shown_of_it_or_without() {
        let all = shown(&ledger());
        let Attr::Known(mut texts) = all.clone() else { unreachable!() };
        texts.remove("unfinished.b");
        texts.insert("dead.a#2".into(), Attr::Known("{}".into()));
        texts.insert("a".into(), Attr::Unknown);
        for shown in [all, Attr::Known(texts), Attr::Null, Attr::Unknown] {
            let private = Memory::of(ledger()).keep(&shown);
            assert_eq!(Memory::recall(&private, &shown).unwrap().ledger, ledger(), "{shown:?}");
        }
        assert_eq!(Memory::recall(&[], &Attr::Null).unwrap().ledger, Ledger::default());
    }

    #[test]
    fn what_is_shown_is_not_kept_twice() {
        let (alone, beside) =
            (Memory::of(ledger()).keep(&Attr::Null), Memory::of(ledger()).keep(&shown(&ledger())));
        assert_eq!(text(&alone).matches("size").count(), 4);
        assert_eq!(text(&beside).matches("size").count(), 0);
        let without = Memory::recall(&beside, &Attr::Null).unwrap().ledger;
        assert_eq!(without.live[0].id, "vpc-a", "ids and outs are there even where the attributes aren't");
        assert_eq!(without.live[0].saw, Json::Null);
    }

    #[test]
    fn form_1_is_read_and_other_forms_are_refused() {
        let plain = json!({"form": 1, "ledger": ledger()}).to_string();
        assert_eq!(Memory::recall(plain.as_bytes(), &Attr::Null).unwrap().ledger, ledger());
        for (private, why) in [
            (&br#"{"form":7,"ledger":{"live":[],"dead":[]}}"#[..], "form 7"),
            (&[3, 1, 2], "form 3"),
            (b"x", "form 120"),
            (br#"{"form":1}"#, "ledger"),
            (&[FORM, 0xff], "deflate"),
        ] {
            let error = Memory::recall(private, &Attr::Null).unwrap_err();
            assert!(error.contains(why), "{why}: {error}");
        }
    }
}
