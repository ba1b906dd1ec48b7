//! What can be said of a `paas_ami` without asking anybody.

use super::model::AmiModel;
use super::pipeline::{AT, Pipeline};
use tfplugin::Diagnostics;

/// As many characters as a tag's value has (EC2).
const COMMIT: std::ops::RangeInclusive<usize> = 1..=256;

/// Checks the arguments.
pub fn ami(config: &AmiModel, diagnostics: &mut Diagnostics) {
    if let Some(Err(refused)) = config.infrastructure_pipeline.known().map(|id| Pipeline::parse(id)) {
        diagnostics.push(refused.at(AT));
    }
    if config.source_dir.known().is_some_and(|folder| folder.trim().is_empty()) {
        diagnostics.error("source_dir", "Not a folder", "Name a folder, such as \"${path.module}/image\".");
    }
    if let Some(version) = config.source_version.known() {
        if config.source_dir.is_known() {
            let detail = "An image is baked from a folder or from a version of the pipeline's source. Set source_dir or source_version, not both.";
            diagnostics.error("source_version", "Two sources", detail);
        } else if version.is_empty() || version.len() > 1024 || !version.is_ascii() || version.contains(' ') {
            let detail = format!(
                "{version:?} is not a version of an object in S3. `aws s3api list-object-versions` lists them; leave it out for the newest."
            );
            diagnostics.error("source_version", "Invalid version", detail);
        }
    }
    if let Some(commit) = config.commit.known() {
        let is_of_tags = |c: char| c.is_alphanumeric() || " _.:/=+-@".contains(c);
        if config.source_dir.is_null() {
            let detail = "`commit` says what source_dir is of. Without source_dir the commit is what the uploaded object says in its metadata: `aws s3 cp --metadata commit=…`.";
            diagnostics.error("commit", "Whose commit", detail);
        } else if !COMMIT.contains(&commit.chars().count()) || !commit.chars().all(is_of_tags) {
            let detail = format!(
                "{commit:?} can't stand in a tag: that takes 1 to 256 letters, digits, spaces and _.:/=+-@."
            );
            diagnostics.error("commit", "Invalid commit", detail);
        }
    }
    if let Some(timeouts) = config.timeouts.known() {
        timeouts.validate(diagnostics);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeouts::Timeouts;
    use tfplugin::Attr;

    fn of(change: impl FnOnce(&mut AmiModel)) -> Vec<String> {
        let mut model = AmiModel { infrastructure_pipeline: "dev/acme".into(), ..AmiModel::default() };
        change(&mut model);
        let mut diagnostics = Diagnostics::new();
        ami(&model, &mut diagnostics);
        diagnostics.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn sound_arguments_pass() {
        assert_eq!(of(|_| {}), [""; 0]);
        assert_eq!(of(|model| model.source_version = "3sL4kqtJlcpXroDTDmJ_rmSpXd3dIbrHY".into()), [""; 0]);
        assert_eq!(
            of(|model| {
                model.source_dir = "./image".into();
                model.commit = "4f1c2d7 (main)".replace(['(', ')'], "").as_str().into();
            }),
            [""; 0]
        );
        let unknown = |model: &mut AmiModel| {
            model.infrastructure_pipeline = Attr::Unknown;
            model.source_dir = Attr::Unknown;
            model.source_version = Attr::Unknown;
            model.commit = "1".into();
        };
        assert_eq!(of(unknown), [""; 0]);
    }

    #[test]
    fn mistakes_are_told_where_they_are() {
        type Change = fn(&mut AmiModel);
        let mistakes: [(Change, &str, &str); 8] = [
            (
                |m| m.infrastructure_pipeline = "acme".into(),
                "such as \"dev/acme\"",
                "infrastructure_pipeline",
            ),
            (|m| m.source_dir = " ".into(), "Name a folder", "source_dir"),
            (
                |m| {
                    m.source_dir = "x".into();
                    m.source_version = "1".into();
                },
                "not both",
                "source_version",
            ),
            (|m| m.source_version = "".into(), "not a version of an object in S3", "source_version"),
            (|m| m.source_version = "a b".into(), "leave it out for the newest", "source_version"),
            (|m| m.commit = "1".into(), "`commit` says what source_dir is of", "commit"),
            (
                |m| {
                    m.source_dir = "x".into();
                    m.commit = "a\nb".into();
                },
                "can't stand in a tag",
                "commit",
            ),
            (
                |m| m.timeouts = Timeouts { create: "x".into(), ..Timeouts::default() }.into(),
                "not a duration",
                "timeouts.create",
            ),
        ];
        for (change, says, path) in mistakes {
            let found = of(change);
            let [found] = &found[..] else { panic!("{says}: {found:?}") };
            assert!(found.contains(says) && found.ends_with(&format!("(at {path})")), "{found}");
        }
    }
}
