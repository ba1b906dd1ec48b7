//! The buildspecs: files of ours, with texts of the user's in them, and the way back.
//!
//! A line that consists of an indentation and `@@name@@` stands for the text of that name, with that indentation. The text
//! is kept to the letter, so that it can be had back from CodeBuild's project when a pipeline is imported.

/// What images are baked by, unless there is a template of the user's.
pub const TEMPLATE: &str = include_str!("files/image.pkr.hcl");

const PLUGINS: &str = include_str!("files/plugins.pkr.hcl");
const BAKE: &str = include_str!("files/bake.yml");
const SWEEP: &str = include_str!("files/sweep.sh");
const RETAIN: &str = include_str!("files/retain.sh");
const DEPLOY: &str = include_str!("files/deploy.yml");

/// The lines that end the texts in the buildspecs: no text may have them.
pub const ENDS: &[&str] = &[
    "PAAS_END_OF_THE_CONFIGURATION",
    "PAAS_END_OF_THE_PLUGINS",
    "PAAS_END_OF_THE_SCRIPT",
    "PAAS_END_OF_THE_TEMPLATE",
];

/// The bake's buildspec. CodeBuild's limit leaves no room for what our files say to their readers.
#[must_use]
pub fn bake(template: Option<&String>, plugin_version: &str) -> String {
    fill(&bakes_own(plugin_version), "image.pkr.hcl", template.unwrap_or(&bare(TEMPLATE)))
}

/// The bake's buildspec without a template.
fn bakes_own(plugin_version: &str) -> String {
    let plugins = PLUGINS.replace("@@plugin_version@@", plugin_version);
    [("plugins.pkr.hcl", plugins.as_str()), ("sweep.sh", SWEEP), ("retain.sh", RETAIN)]
        .iter()
        .fold(bare(BAKE), |buildspec, (name, text)| fill(&buildspec, name, &bare(text)))
}

/// One of our files without comments and empty lines.
fn bare(text: &str) -> String {
    let says_something = |line: &&str| {
        let line = line.trim_start();
        !line.is_empty() && (line.starts_with("#!") || !line.starts_with('#'))
    };
    text.lines().filter(says_something).collect::<Vec<_>>().join("\n")
}

/// The deployment's buildspec.
#[must_use]
pub fn deploy(configuration: Option<&String>) -> String {
    fill(DEPLOY, "configuration", configuration.map_or("", String::as_str))
}

/// What a project's buildspec was made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The provider's own, to the letter.
    Ours,
    /// The provider's own with this text in it.
    With(String),
    /// A buildspec of the user's.
    Theirs,
}

/// Where the bake's `buildspec` comes from.
#[must_use]
pub fn origin_of_bake(buildspec: &str, plugin_version: &str) -> Origin {
    origin(&bakes_own(plugin_version), "image.pkr.hcl", &bare(TEMPLATE), buildspec)
}

/// Where the deployment's `buildspec` comes from.
#[must_use]
pub fn origin_of_deploy(buildspec: &str) -> Origin {
    origin(DEPLOY, "configuration", "", buildspec)
}

fn origin(template: &str, name: &str, own: &str, rendered: &str) -> Origin {
    match text_in(template, name, rendered) {
        Some(text) if text == own => Origin::Ours,
        Some(text) => Origin::With(text),
        None => Origin::Theirs,
    }
}

/// The template before the line of the text, the line's indentation, and what comes after it.
fn around<'t>(template: &'t str, name: &str) -> (&'t str, &'t str, &'t str) {
    let mark = format!("@@{name}@@");
    let (before, after) = template.split_once(&mark).expect("the file has the text's place");
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (&before[..start], &before[start..], after)
}

/// Puts a text in its place.
fn fill(template: &str, name: &str, text: &str) -> String {
    let (before, indent, after) = around(template, name);
    let line = |line: &str| if line.is_empty() { String::new() } else { format!("{indent}{line}") };
    let lines: Vec<String> = text.split('\n').map(line).collect();
    format!("{before}{}{after}", lines.join("\n"))
}

/// The text in its place; none if the rest isn't the template.
fn text_in(template: &str, name: &str, rendered: &str) -> Option<String> {
    let (before, indent, after) = around(template, name);
    let lines = rendered.strip_prefix(before)?.strip_suffix(after)?.split('\n');
    let lines: Vec<&str> = lines
        .map(|line| if line.is_empty() { Some(line) } else { line.strip_prefix(indent) })
        .collect::<Option<_>>()?;
    Some(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::super::validate::BUILDSPEC;
    use super::*;

    #[test]
    fn texts_stand_indented_and_come_back_to_the_letter() {
        let template = "commands:\n  - |\n    cat <<'END'\n    @@text@@\n    END\n";
        assert_eq!(
            fill(template, "text", "a\n  b"),
            "commands:\n  - |\n    cat <<'END'\n    a\n      b\n    END\n"
        );
        for text in ["", "a", "a\n", "\n\na {\n  b = 1\n}\n", "\ttab\n \n"] {
            let rendered = fill(template, "text", text);
            assert_eq!(text_in(template, "text", &rendered).as_deref(), Some(text));
        }
        assert_eq!(text_in(template, "text", "version: 0.2\n"), None);
    }

    #[test]
    fn a_buildspec_tells_what_it_was_made_of() {
        let theirs = "version: 0.2\n".to_owned();
        let configuration = "variable \"image_id\" {}\n".to_owned();
        assert_eq!(origin_of_bake(&bake(None, "1.8.2"), "1.8.2"), Origin::Ours);
        assert_eq!(origin_of_bake(&bake(Some(&theirs), "1.8.2"), "1.8.2"), Origin::With(theirs.clone()));
        assert_eq!(origin_of_bake(&theirs, "1.8.2"), Origin::Theirs);
        assert_eq!(origin_of_deploy(&deploy(None)), Origin::Ours);
        assert_eq!(origin_of_deploy(&deploy(Some(&configuration))), Origin::With(configuration));
        assert_eq!(origin_of_deploy(&theirs), Origin::Theirs);
    }

    #[test]
    fn the_buildspecs_have_no_place_left_and_leave_room_in_codebuilds_limit() {
        for (buildspec, room) in [(bake(None, "1.8.2"), 2_000), (deploy(None), 15_000)] {
            assert!(!buildspec.contains("@@"), "{buildspec}");
            let length = buildspec.chars().count();
            assert!(length + room < BUILDSPEC, "{length}");
        }
    }

    /// A line that ended a text too early would be run by the shell.
    #[test]
    fn what_ends_a_text_is_known() {
        for buildspec in [BAKE, DEPLOY] {
            let heredocs = buildspec.lines().filter_map(|line| line.split_once("<<'")?.1.split('\'').next());
            for end in heredocs {
                assert!(ENDS.contains(&end), "{end}");
            }
        }
    }
}
