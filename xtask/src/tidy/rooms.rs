//! Uses of the browser, of threads and time, and of blocking functions, each with the files that may have it.

use super::{code_of, files_below, from_root, sources};
use crate::exec::root;
use std::fs;

/// A text, and the files that may contain it.
struct Room {
    text: &'static str,
    /// The part of the tree that is searched.
    within: &'static str,
    /// The allowed files; a folder ends in a slash.
    files: &'static [&'static str],
    why: &'static str,
}

const CORE: &str = "crates/sabir-core/src/";
/// The core's memory, the one part of it that knows the browser or the system.
const WORDS: &[&str] = &["crates/sabir-core/src/words.rs", "crates/sabir-core/src/words/"];
const NO_BROWSER: &str = "the code that ships is the code that the model checker runs";
const BLOCKS: &str = "it blocks: a page must reach nothing that does";

const ROOMS: &[Room] = &[
    Room { text: "js_sys", within: CORE, files: WORDS, why: NO_BROWSER },
    Room { text: "wasm_bindgen", within: CORE, files: WORDS, why: NO_BROWSER },
    Room { text: "web_sys", within: CORE, files: &[], why: NO_BROWSER },
    Room { text: "std::thread", within: CORE, files: WORDS, why: NO_BROWSER },
    Room { text: "std::time", within: CORE, files: WORDS, why: NO_BROWSER },
    Room {
        text: ".wait(",
        within: CORE,
        files: &[
            "crates/sabir-core/src/doorbell.rs",
            "crates/sabir-core/src/models.rs",
            "crates/sabir-core/src/words/native.rs",
        ],
        why: BLOCKS,
    },
    Room {
        text: ".sleep(",
        within: "crates/",
        files: &["crates/sabir-core/src/wait.rs", "crates/sabir-core/src/models.rs"],
        why: BLOCKS,
    },
    Room {
        text: "BlockingCaller",
        within: "crates/",
        files: &[
            "crates/sabir-core/src/call.rs",
            "crates/sabir-core/src/limited.rs",
            "crates/sabir-core/src/models.rs",
            "crates/sabir-core/src/service.rs",
            "crates/sabir-macros/src/client.rs",
            "crates/sabir-worker/src/page.rs",
            "crates/sabir-worker/src/peer.rs",
            "crates/sabir/src/__private.rs",
        ],
        why: BLOCKS,
    },
    Room {
        text: "sleep_for(",
        within: "crates/",
        files: &[
            "crates/sabir-core/src/wait.rs",
            "crates/sabir-remote/src/package.rs",
            "crates/sabir-worker/src/page.rs",
        ],
        why: BLOCKS,
    },
    Room {
        text: "call_by(",
        within: "crates/",
        files: &["crates/sabir-core/src/call.rs", "crates/sabir-remote/src/channel.rs"],
        why: BLOCKS,
    },
];

/// The first line of a file that contains a text of another room.
fn out_of_room(file: &str, text: &str) -> Option<String> {
    let rooms = ROOMS.iter().filter(|room| {
        let allowed =
            room.files.iter().any(|one| file == *one || one.ends_with('/') && file.starts_with(one));
        file.starts_with(room.within) && !allowed
    });
    let rooms: Vec<_> = rooms.collect();
    let mut lines = text.lines().enumerate();
    lines.find_map(|(index, line)| {
        let room = rooms.iter().find(|room| code_of(line).contains(room.text))?;
        Some(format!("{file}:{}: `{}` is not allowed here: {}", index + 1, room.text, room.why))
    })
}

#[test]
fn the_browser_and_what_blocks_stay_in_their_rooms() {
    for file in sources().iter().flat_map(|folder| files_below(folder, &["rs"])) {
        assert_eq!(out_of_room(&from_root(&file), &fs::read_to_string(&file).unwrap()), None);
    }
}

#[test]
fn code_outside_its_room_is_found() {
    for room in ROOMS {
        let file = format!("{}new.rs", if room.within == CORE { CORE } else { "crates/sabir-main/src/" });
        let text = format!("//! A file.\nfn f() {{ {} }}\n", room.text);
        let found = out_of_room(&file, &text).unwrap_or_default();
        assert!(found.starts_with(&format!("{file}:2: `{}`", room.text)), "{found}");
        assert_eq!(out_of_room(&file, &format!("// {}\n", room.text)), None);
        if let Some(allowed) = room.files.iter().find(|one| !one.ends_with('/')) {
            assert_eq!(out_of_room(allowed, &text), None);
        }
    }
    assert!(out_of_room("crates/sabir-core/src/words/js.rs", "self.words.wait(1, 0, 1.0)").is_some());
}

#[test]
fn every_room_exists() {
    for room in ROOMS {
        for file in room.files.iter().filter(|one| !one.ends_with('/')) {
            let path = crate::exec::root().join(file);
            assert!(path.is_file(), "{file}, a room for `{}`, does not exist", room.text);
        }
    }
}

/// The folders at the top; `target` and hidden ones are not the tree's own.
const TOP: [&str; 5] = ["bench", "crates", "docs", "tests", "xtask"];

#[test]
fn no_other_folder_is_at_the_top() {
    let entries = fs::read_dir(root()).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_dir());
    for name in entries.map(|entry| entry.file_name().to_string_lossy().into_owned()) {
        let is_own = name != "target" && !name.starts_with('.');
        assert!(!is_own || TOP.contains(&name.as_str()), "`{name}` does not belong at the top");
    }
}
