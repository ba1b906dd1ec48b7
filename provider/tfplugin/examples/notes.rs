//! A complete provider: notes, kept as files in a folder.
//!
//! ```hcl
//! provider "notes" {
//!   directory = "/tmp/notes"
//! }
//! resource "notes_note" "milk" {
//!   name     = provider::notes::slug("Buy milk")
//!   text     = "two litres"
//!   reminder = { at = "18:00" }
//! }
//! ```
use std::{fs, io::ErrorKind, path::PathBuf, process::ExitCode, sync::Arc, sync::OnceLock};
use tfplugin::{
    Applied, Apply, Attr, Attributes, Cx, Diagnostic, Diagnostics, Function, FunctionError, Imported,
    Parameter, Path, Provider, ReadOutcome, Resource, Server, Signature, Type, Value,
};

/// The folder of the notes, known once the provider is configured.
type Folder = Arc<OnceLock<PathBuf>>;

/// Keeps notes as files in a folder.
#[derive(Clone, Debug, Default, Attributes)]
struct Config {
    /// Where the notes lie.
    #[attr(required)]
    directory: Attr<String>,
}

struct Notes(Folder);

impl Provider for Notes {
    type Config = Config;

    async fn configure(&self, _: &Cx, config: Config) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        // in a plan it is unknown, if another resource makes the folder
        if let Attr::Known(directory) = config.directory {
            if let Err(error) = fs::create_dir_all(&directory) {
                diagnostics.error("directory", "Can't make the folder", error.to_string());
            }
            self.0.get_or_init(|| directory.into());
        }
        diagnostics
    }
}

/// A note.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
struct Note {
    /// Name of the file. A note of another name is another note.
    #[attr(required, replace)]
    name: Attr<String>,
    /// What it says.
    #[attr(optional, default = "")]
    text: Attr<String>,
    /// When to look at it again.
    #[attr(optional)]
    reminder: Attr<Reminder>,
    /// Length of the text in bytes.
    #[attr(computed)]
    length: Attr<i64>,
}

/// When to look at a note again.
#[derive(Clone, Debug, Default, PartialEq, Attributes)]
struct Reminder {
    /// Time of day, as `18:00`.
    #[attr(required)]
    at: Attr<String>,
    /// Every how many days.
    #[attr(optional, default = 1)]
    days: Attr<i64>,
}

struct NoteResource(Folder);

impl NoteResource {
    fn file(&self, note: &Note) -> Result<PathBuf, Diagnostic> {
        let folder = self.0.get().ok_or_else(|| Diagnostic::error("Provider not configured", ""))?;
        Ok(folder.join(note.name.clone().unwrap_or_default()))
    }

    fn write(&self, note: &mut Note) -> Result<(), Diagnostic> {
        let text = note.text.clone().unwrap_or_default();
        note.length = i64::try_from(text.len()).ok().into();
        fs::write(self.file(note)?, text)
            .map_err(|error| Diagnostic::error("Can't write the note", error.to_string()))
    }

    fn remove(&self, note: &Note) -> Result<(), Diagnostic> {
        match fs::remove_file(self.file(note)?) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(Diagnostic::error("Can't remove the note", error.to_string()))
            }
            _ => Ok(()),
        }
    }
}

impl Resource for NoteResource {
    type Model = Note;
    const NAME: &'static str = "note";

    fn validate(&self, note: &Note, diagnostics: &mut Diagnostics) {
        let at = note.reminder.known().and_then(|reminder| reminder.at.known());
        if let Some(at) = at.filter(|at| at.len() != 5 || at.as_bytes()[2] != b':') {
            let path = Path::from("reminder").attribute("at");
            diagnostics.error(path, "Not a time of day", format!("{at:?} isn't a time like \"18:00\"."));
        }
    }

    async fn apply(&self, _: &Cx, Apply { prior, planned, .. }: Apply<Note>) -> Applied<Note> {
        let done = match (&prior, planned) {
            (_, Some(mut note)) => self.write(&mut note).map(|()| Some(note)),
            (Some(note), None) => self.remove(note).map(|()| None),
            (None, None) => Ok(None),
        };
        done.map_or_else(|error| Applied::failed(prior, error), Applied::done)
    }

    async fn read(&self, _: &Cx, mut note: Note, private: Vec<u8>) -> ReadOutcome<Note> {
        match self.file(&note).map(fs::read_to_string) {
            Ok(Ok(text)) => {
                note.length = i64::try_from(text.len()).ok().into();
                note.text = text.into();
                ReadOutcome::found(note, private)
            }
            Ok(Err(error)) if error.kind() == ErrorKind::NotFound => ReadOutcome::found(None, private),
            Ok(Err(error)) => {
                let diagnostics = Diagnostic::error("Can't read the note", error.to_string()).into();
                ReadOutcome { state: Some(note), private, diagnostics }
            }
            Err(error) => ReadOutcome { state: Some(note), private, diagnostics: error.into() },
        }
    }

    async fn import(&self, _: &Cx, id: &str) -> Result<Imported<Note>, Diagnostics> {
        Ok(Imported { state: Note { name: id.into(), ..Note::default() }, private: Vec::new() })
    }
}

struct Slug;

impl Function for Slug {
    const NAME: &'static str = "slug";

    fn signature(&self) -> Signature {
        Signature {
            summary: "A name for a file".into(),
            description: "Lower case, with dashes between the words.".into(),
            parameters: vec![Parameter::new("title", Type::String, "Any text.")],
            variadic: None,
            returns: Type::String,
        }
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let title = arguments[0].as_str().unwrap_or_default().to_lowercase();
        let words = title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        match words.collect::<Vec<_>>().join("-") {
            slug if slug.is_empty() => Err(FunctionError::argument(0, "the title has no letters or digits")),
            slug => Ok(slug.into()),
        }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    tfplugin::logging::init();
    let folder = Folder::default();
    Server::new("registry.terraform.io/example/notes", "notes", Notes(folder.clone()))
        .resource(NoteResource(folder))
        .function(Slug)
        .serve()
        .await
}
