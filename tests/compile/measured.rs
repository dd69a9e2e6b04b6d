//! What `cargo xtask bench compile` measures compiles: nobody runs that often enough to notice.

#[allow(dead_code, reason = "the measurement writes whole crates of it")]
#[path = "../../xtask/src/compile_time/sources.rs"]
mod sources;

use crate::compiler::Compiler;
use sources::{DOMAIN, Variant, module};

#[test]
fn what_compile_time_is_measured_with_compiles() {
    for variant in [Variant::Plain, Variant::Recorded] {
        let handlers = module(variant, 7, 0);
        let files =
            [("lib.rs", "pub mod domain;\npub mod handlers;\n"), ("domain.rs", DOMAIN), ("handlers.rs", &handlers)];
        let answer = Compiler::get().compile_files(&files);
        let said: Vec<&str> = answer.diagnostics.iter().map(|said| said.rendered.as_str()).collect();
        assert!(answer.success && said.is_empty(), "{}: {}", variant.name(), said.concat());
    }
}
