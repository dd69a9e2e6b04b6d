//! `EVENTS_MACROS_DEBUG=1` shows every expansion while the compiler runs.

use std::env;

use proc_macro2::TokenStream;

/// Set, and neither empty nor `0`, it has expansions printed.
const VARIABLE: &str = "EVENTS_MACROS_DEBUG";

/// Passes an expansion on, and prints it to standard error where that is asked for. It is not formatted: rustfmt does that.
pub(crate) fn shown(name: &str, tokens: TokenStream) -> TokenStream {
    if env::var_os(VARIABLE).is_some_and(|value| !value.is_empty() && value != "0") {
        eprintln!("{}", text(name, &tokens));
    }
    tokens
}

fn text(name: &str, tokens: &TokenStream) -> String {
    format!("// what {name} expands to\n{tokens}\n")
}

#[cfg(test)]
mod tests {
    use quote::quote;

    #[test]
    fn an_expansion_is_shown_as_source_under_its_name() {
        let shown = super::text(
            "#[action]",
            &quote!(
                async fn reboot() {}
            ),
        );
        assert_eq!(shown, "// what #[action] expands to\nasync fn reboot () { }\n");
        assert!(shown.parse::<proc_macro2::TokenStream>().is_ok());
    }
}
