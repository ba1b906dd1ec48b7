//! When an image is baked, and what of it is known before.

use super::*;
use std::collections::BTreeMap;

/// The image in the state: of version 1, with no triggers.
fn prior() -> AmiModel {
    let image = AmiModel { image_id: "ami-1".into(), source: "v1".into(), ..AmiModel::unbaked() };
    AmiModel {
        infrastructure_pipeline: "dev/acme".into(),
        source_version: "v1".into(),
        ..AmiModel::default().with_image_of(image)
    }
}

fn config(change: impl FnOnce(&mut AmiModel)) -> AmiModel {
    let mut config = AmiModel { infrastructure_pipeline: "dev/acme".into(), ..AmiModel::default() };
    change(&mut config);
    config
}

/// What is configured, the source it leads to, the triggers baked with: `source` and `source_version` of the plan.
type Case<'c> = (&'c AmiModel, Attr<String>, &'c str, Attr<String>, Attr<String>);

/// What the server has prepared: everything computed is unknown as soon as anything changes.
fn decided(
    config: &AmiModel,
    prior: Option<&AmiModel>,
    source: Attr<String>,
    baked: &str,
) -> (bool, AmiModel) {
    let mut planned = config.clone().with_image_of(AmiModel::unbaked());
    let wanted = Wanted { source, triggers: triggers(config) };
    let memory = Memory { triggers: baked.to_owned() };
    (decide(&mut planned, prior, config, &wanted, &memory), planned)
}

fn monthly(model: &mut AmiModel) {
    model.triggers = BTreeMap::from([("month".to_owned(), "11".to_owned())]).into();
}

#[test]
fn an_image_of_the_same_source_and_triggers_stays() {
    let month = triggers(&config(monthly)).into_known().unwrap();
    let stays: [(AmiModel, &str, &str); 5] = [
        (config(|_| {}), "v1", ""),
        (config(|model| model.source_version = "v1".into()), "v1", ""),
        (config(|model| model.commit = "abc".into()), "v1", ""),
        (config(|model| model.timeouts = Attr::Known(crate::timeouts::Timeouts::default())), "v1", ""),
        (config(|model| model.source_dir = "./image".into()), "v1", ""),
    ];
    for (config, source, baked) in stays {
        let (bakes, planned) = decided(&config, Some(&prior()), source.into(), baked);
        assert!(!bakes, "{config:?}");
        assert_eq!((planned.image_id, planned.source), ("ami-1".into(), "v1".into()), "{config:?}");
        assert_eq!((planned.commit, planned.timeouts), (config.commit, config.timeouts));
    }
    let (bakes, planned) = decided(&config(monthly), Some(&prior()), "v1".into(), &month);
    assert!(
        !bakes && planned.triggers == config(monthly).triggers,
        "an imported image with the same triggers"
    );
}

#[test]
fn another_source_or_other_triggers_bake() {
    let folder = config(|model| model.source_dir = "./image".into());
    let version = config(|model| model.source_version = "v2".into());
    let newest = config(|_| {});
    let monthly = config(monthly);
    let bakes: [Case<'_>; 7] = [
        (&folder, "sha256:2".into(), "", "sha256:2".into(), Attr::Null),
        (&version, "v2".into(), "", "v2".into(), "v2".into()),
        // Somebody may upload yet another before the apply.
        (&newest, "v2".into(), "", Attr::Unknown, Attr::Unknown),
        (&newest, Attr::Unknown, "", Attr::Unknown, Attr::Unknown),
        (&monthly, "v1".into(), "", Attr::Unknown, Attr::Unknown),
        (&newest, "v1".into(), "0123", Attr::Unknown, Attr::Unknown),
        (&folder, "sha256:1".into(), "0123", "sha256:1".into(), Attr::Null),
    ];
    for (config, source, baked, planned_source, planned_version) in bakes {
        let (bakes, planned) = decided(config, Some(&prior()), source.clone(), baked);
        assert!(bakes, "{config:?}");
        assert_eq!((planned.source, planned.source_version), (planned_source, planned_version), "{config:?}");
        assert_eq!((planned.id, planned.image_id), (Attr::Unknown, Attr::Unknown));
        let (bakes, planned) = decided(config, None, source, "");
        assert!(bakes && planned.image_id.is_unknown(), "there is none yet");
    }
}

#[test]
fn what_isnt_known_yet_bakes() {
    let unsure = [
        config(|model| model.triggers = Attr::Unknown),
        config(|model| model.source_dir = Attr::Unknown),
        config(|model| model.source_version = Attr::Unknown),
    ];
    for config in unsure {
        let source = if config.triggers.is_unknown() { "v1".into() } else { Attr::Unknown };
        let (bakes, planned) = decided(&config, Some(&prior()), source, "");
        assert!(bakes && planned.image_id.is_unknown() && planned.source_version.is_unknown(), "{config:?}");
    }
}

#[test]
fn private_state_that_got_lost_is_made_up_from_the_triggers() {
    let memory = Memory { triggers: "0123".into() };
    assert_eq!(Memory::read(&memory.write(), Some(&prior())), memory);
    assert_eq!(Memory::read(&[], Some(&prior())), Memory::default());
    let monthly = config(monthly);
    assert_eq!(Some(Memory::read(&[], Some(&monthly)).triggers), triggers(&monthly).into_known());
}
