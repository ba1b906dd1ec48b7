//! Where a secret is that should be nowhere.

use paas_tests::prerequisites;
use std::path::Path;
use std::process::Command;

/// Names the files below a folder in which a text stands: as it is, in what is packed (a saved plan is an archive), and
/// in what the provider remembers: base64 of a byte and deflated JSON, in a state with a checksum between them and with
/// `children` for a dictionary.
const SEARCH: &str = r#"
import base64, json, pathlib, re, sys, zipfile, zlib

folder, needle = pathlib.Path(sys.argv[1]), sys.argv[2].encode()

def unpacked(data):
    yield "as it is", data
    for found in re.findall(rb'[A-Za-z0-9+/]{40,}={0,2}', data):
        try:
            inner = base64.b64decode(found)
        except ValueError:
            continue
        yield "encoded", inner
        try:
            yield "deflated", zlib.decompress(inner[1:], -15)
        except zlib.error:
            pass
    for attributes, private in remembered(data):
        shown = [key + text for key, text in sorted(attributes["children"].items()) if text is not None]
        beside = "".join(text for text in shown if text.isascii()).encode()
        assert private[1:5] == zlib.crc32(beside).to_bytes(4, "big"), "this state doesn't belong together"
        yield "deflated", zlib.decompressobj(-15, zdict=beside[-32768:]).decompress(private[5:])

def remembered(data):
    try:
        state = json.loads(data)
    except ValueError:
        return
    for resource in state.get("resources", []) if isinstance(state, dict) else []:
        for instance in resource.get("instances", []):
            private = base64.b64decode(instance.get("private") or "")
            if private[:1] == b"\x03":
                yield instance["attributes"], private

for path in sorted(folder.rglob("*")):
    if not path.is_file() or path.is_symlink():
        continue
    parts = [path.read_bytes()]
    if zipfile.is_zipfile(path):
        archive = zipfile.ZipFile(path)
        parts += [archive.read(name) for name in archive.namelist()]
    for how in {how for part in parts for how, data in unpacked(part) if needle in data}:
        print(f"{path.relative_to(folder)} ({how})")
"#;

/// Where `needle` stands below `folder`.
pub fn found(folder: &Path, needle: &str) -> Vec<String> {
    let python = prerequisites::emulator_python().expect("the emulator runs");
    let output =
        Command::new(python).args(["-c", SEARCH]).arg(folder).arg(needle).output().expect("python runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}
