//! What the provider remembers of a composite between runs: the ledger, in Terraform's private state.
//!
//! The private state begins with a byte, the number of its form:
//! - Form 3 is what a state holds: the ledger packed beside `children` of that state ([`Ledger::packed`]), without the specs
//!   that it shows. Beside other attributes it says nothing, as if it had been lost.
//! - Form 2 is what a plan holds, which Terraform may hand back without the attributes: the ledger as JSON, deflated. Earlier
//!   providers wrote it into states, without the specs that `children` showed as they were.
//! - Form 1 was JSON as it stands, which begins with a brace.

use super::Model;
use composite::{Json, Ledger, Record};
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use paas_aws::shown::Frame;
use paas_aws::{Session, Tags};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use tfplugin::{Attr, Diagnostic};

/// The form by itself.
const ALONE: u8 = 2;
/// The form beside attributes.
const BESIDE: u8 = 3;
/// How form 1 begins.
const BRACE: u8 = b'{';

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

/// What stands beside the private state.
struct Beside {
    /// The attribute `children`: specs as text, by key.
    children: Attr<BTreeMap<String, Attr<String>>>,
    tags_all: Option<Tags>,
    /// All that `children` says.
    texts: Vec<u8>,
}

impl Beside {
    fn of<M: Model>(model: &M) -> Self {
        let mut model = model.clone();
        let (children, tags_all) = (model.children().clone(), model.tags_all().known().cloned());
        // Not of the other attributes: they come and go with the provider's versions.
        let known = children.known().into_iter().flatten();
        let texts = known.filter_map(|(key, text)| Some([key.as_str(), text.known()?].concat()));
        // Terraform brings Unicode into its normal form (NFC): other texts may come back with other bytes.
        let texts = texts.filter(|text| text.is_ascii());
        let texts = texts.collect::<String>().into_bytes();
        Self { children, tags_all, texts }
    }

    /// Each record with the text that `children` has for it.
    fn shows<'a>(
        &'a self,
        ledger: &'a mut Ledger,
    ) -> impl Iterator<Item = (&'a mut Record, Option<&'a String>)> {
        let keys: Vec<String> = ledger.children().into_keys().collect();
        let text = |key: String| self.children.known()?.get(&key)?.known();
        ledger.live.iter_mut().chain(&mut ledger.dead).zip(keys.into_iter().map(text))
    }
}

impl Memory {
    /// Of a ledger.
    pub fn of(ledger: Ledger) -> Self {
        Self { ledger }
    }

    /// Reads private state, and what the attributes beside it show. No private state yet is an empty ledger; so is one that
    /// was written beside other attributes.
    ///
    /// # Errors
    /// It was written by a newer provider, or by none.
    pub fn read<M: Model>(session: &Session, private: &[u8], beside: Option<&M>) -> Result<Self, Diagnostic> {
        Self::recall(Frame::of(session, None), private, beside.map(Beside::of).as_ref()).map_err(|why| {
            Diagnostic::error(
                "The private state can't be read",
                format!(
                    "The state was written by another version of the provider ({why}). Use the version that wrote it, or a newer one."
                ),
            )
        })
    }

    /// As bytes that Terraform keeps in a state, beside these attributes.
    pub fn write<M: Model>(&self, session: &Session, beside: &M) -> Vec<u8> {
        self.keep(Frame::of(session, None), &Beside::of(beside))
    }

    /// As bytes that say all by themselves, for a plan.
    pub fn write_alone(&self) -> Vec<u8> {
        let text = serde_json::to_vec(&self.ledger).expect("a ledger is plain data");
        let mut deflated = DeflateEncoder::new(vec![ALONE], Compression::best());
        deflated.write_all(&text).and_then(|()| deflated.finish()).expect("memory takes all that is written")
    }

    fn recall(home: Frame<'_>, private: &[u8], beside: Option<&Beside>) -> Result<Self, String> {
        let mut ledger: Ledger = match private.split_first() {
            None => return Ok(Self::default()),
            Some((&BRACE, _)) => {
                let plain: Plain = serde_json::from_slice(private).map_err(|error| error.to_string())?;
                if plain.form != 1 {
                    return Err(unknown(plain.form));
                }
                plain.ledger
            }
            Some((&ALONE, deflated)) => {
                let mut text = Vec::new();
                DeflateDecoder::new(deflated).read_to_end(&mut text).map_err(|error| error.to_string())?;
                serde_json::from_slice(&text).map_err(|error| error.to_string())?
            }
            Some((&BESIDE, packed)) => {
                let texts = beside.map_or(&[][..], |beside| &beside.texts);
                match Ledger::unpacked(packed, texts)? {
                    Some(ledger) => ledger,
                    None => return Ok(Self::default()),
                }
            }
            Some((form, _)) => return Err(unknown(u32::from(*form))),
        };
        if let Some(beside) = beside {
            let frame = Frame { tags_all: beside.tags_all.as_ref(), ..home };
            for (record, text) in beside.shows(&mut ledger) {
                // A spec is an object: this says which of its fields were left out where it is shown.
                let told = match &record.saw {
                    Json::Null => vec![],
                    Json::Array(told) => told.iter().filter_map(Json::as_str).collect(),
                    _ => continue,
                };
                let shown = text.and_then(|text| serde_json::from_str::<Json>(text).ok()).unwrap_or_default();
                record.saw = frame.whole(&shown, told);
            }
        }
        Ok(Self { ledger })
    }

    fn keep(&self, home: Frame<'_>, beside: &Beside) -> Vec<u8> {
        let frame = Frame { tags_all: beside.tags_all.as_ref(), ..home };
        let mut ledger = self.ledger.clone();
        for (record, text) in beside.shows(&mut ledger) {
            let Some(shown) = text.and_then(|text| serde_json::from_str::<Json>(text).ok()) else { continue };
            // An earlier provider showed all fields, and what was planned may be shown where it isn't there yet.
            let told: Vec<&str> =
                frame.told(&record.saw).into_iter().filter(|name| shown.get(name).is_none()).collect();
            if is_same(&frame.whole(&shown, told.iter().copied()), &record.saw) {
                record.saw = if told.is_empty() { Json::Null } else { told.into() };
            }
        }
        [vec![BESIDE], ledger.packed(&beside.texts)].concat()
    }
}

/// Whether two specs are the same; what isn't set may be absent.
fn is_same(a: &Json, b: &Json) -> bool {
    let set = |spec: &Json| -> Option<BTreeMap<String, Json>> {
        let fields = spec.as_object()?.iter().filter(|(_, value)| !value.is_null());
        Some(fields.map(|(name, value)| (name.clone(), value.clone())).collect())
    };
    set(a).is_some() && set(a) == set(b)
}

fn unknown(form: u32) -> String {
    format!("it has form {form}, this provider knows {BESIDE}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::tenant::TenantModel;
    use serde_json::json;

    const HOME: Frame<'static> =
        Frame { partition: "aws", region: "eu-west-1", account_id: "111122223333", tags_all: None };

    fn ledger() -> Ledger {
        let record = |key: &str, out: Json| Record {
            key: key.into(),
            kind: "vpc".into(),
            id: format!("vpc-{key}"),
            saw: json!({"name": key, "size": 1.5, "role": "arn:aws:iam::111122223333:role/a", "tags": {"team": "a"}}),
            out: Some(out).filter(|out| !out.is_null()),
            needs: vec![],
        };
        Ledger {
            live: vec![record("a", json!({"id": "vpc-a"})), record("b", Json::Null)],
            dead: vec![record("a", json!({"id": "vpc-old"})), record("a", json!({"id": "vpc-older"}))],
        }
    }

    fn tags_all() -> Tags {
        Tags::from([("team".to_owned(), "a".to_owned())])
    }

    /// Beside attributes that show these specs.
    fn beside(tags_all: Option<Tags>, specs: impl IntoIterator<Item = (String, Json)>) -> Beside {
        let children: BTreeMap<String, Attr<String>> =
            specs.into_iter().map(|(key, spec)| (key, Attr::Known(spec.to_string()))).collect();
        let texts =
            children.values().filter_map(|text| text.known().cloned()).collect::<String>().into_bytes();
        Beside { children: Attr::Known(children), tags_all, texts }
    }

    /// As the attributes of a state show it.
    fn shown(tags_all: Option<Tags>) -> Beside {
        let frame = Frame { tags_all: tags_all.as_ref(), ..HOME };
        let specs: Vec<(String, Json)> =
            ledger().children().into_iter().map(|(key, saw)| (key, frame.shown(&saw))).collect();
        beside(tags_all, specs)
    }

    #[test]
    fn a_ledger_survives_with_what_is_shown_of_it() {
        let as_earlier = beside(Some(tags_all()), ledger().children());
        let mut partly = shown(Some(tags_all()));
        let Attr::Known(children) = &mut partly.children else { unreachable!() };
        children.remove("unfinished.b");
        children.insert("dead.a#2".into(), Attr::Known(r#"{"name": "other"}"#.into()));
        children.insert("a".into(), Attr::Unknown);
        let without = Beside { children: Attr::Null, ..shown(None) };
        for beside in
            [shown(Some(tags_all())), shown(Some(Tags::new())), shown(None), as_earlier, partly, without]
        {
            let private = Memory::of(ledger()).keep(HOME, &beside);
            assert_eq!(
                Memory::recall(HOME, &private, Some(&beside)).unwrap().ledger,
                ledger(),
                "{:?}",
                beside.children
            );
        }
        assert_eq!(Memory::recall(HOME, &[], None).unwrap().ledger, Ledger::default());
    }

    /// «é» in two characters: Terraform hands on one.
    #[test]
    fn texts_that_terraform_may_write_otherwise_are_not_leaned_on() {
        let model = |name: &str| TenantModel {
            children: BTreeMap::from([("a".to_owned(), Attr::Known(name.to_owned()))]).into(),
            ..TenantModel::default()
        };
        assert_eq!(Beside::of(&model("caf\u{e9}")).texts, Beside::of(&model("cafe\u{301}")).texts);
        assert_ne!(Beside::of(&model("bar")).texts, Beside::of(&model("baz")).texts);
    }

    #[test]
    fn what_is_shown_is_not_kept_twice() {
        let (with, without) = (shown(Some(tags_all())), Beside { children: Attr::Null, ..shown(None) });
        let kept = |beside: &Beside| {
            let private = Memory::of(ledger()).keep(HOME, beside);
            Ledger::unpacked(&private[1..], &beside.texts).unwrap().unwrap()
        };
        assert!(kept(&without).children().values().all(Json::is_object));
        assert!(
            kept(&with).children().values().all(|saw| *saw == json!(["tags"])),
            "and tags are `tags_all`"
        );
    }

    #[test]
    fn beside_other_attributes_nothing_is_remembered() {
        let private = Memory::of(ledger()).keep(HOME, &shown(None));
        for other in [None, Some(beside(None, []))] {
            assert_eq!(Memory::recall(HOME, &private, other.as_ref()).unwrap().ledger, Ledger::default());
        }
    }

    #[test]
    fn a_plan_needs_no_attributes() {
        let alone = Memory::of(ledger()).write_alone();
        for other in [None, Some(shown(None)), Some(beside(None, []))] {
            assert_eq!(Memory::recall(HOME, &alone, other.as_ref()).unwrap().ledger, ledger());
        }
    }

    /// A spec that `children` showed as it was stood as null in form 2.
    #[test]
    fn what_an_earlier_provider_wrote_is_read() {
        let beside = beside(Some(tags_all()), ledger().children());
        let mut without = ledger();
        without.live[0].saw = Json::Null;
        without.dead[1].saw = Json::Null;
        let private = Memory::of(without.clone()).write_alone();
        assert_eq!(Memory::recall(HOME, &private, Some(&beside)).unwrap().ledger, ledger());
        let alone = Memory::recall(HOME, &private, None).unwrap().ledger;
        assert_eq!(alone, without, "ids and outs are there even where the attributes aren't");
    }

    #[test]
    fn form_1_is_read_and_other_forms_are_refused() {
        let plain = json!({"form": 1, "ledger": ledger()}).to_string();
        assert_eq!(Memory::recall(HOME, plain.as_bytes(), None).unwrap().ledger, ledger());
        for (private, why) in [
            (&br#"{"form":7,"ledger":{"live":[],"dead":[]}}"#[..], "form 7"),
            (&[4, 1, 2], "form 4"),
            (b"x", "form 120"),
            (br#"{"form":1}"#, "ledger"),
            (&[ALONE, 0xff], "deflate"),
            (&[BESIDE, 0xff], "cut off"),
        ] {
            let error = Memory::recall(HOME, private, None).unwrap_err();
            assert!(error.contains(why), "{why}: {error}");
        }
    }
}
