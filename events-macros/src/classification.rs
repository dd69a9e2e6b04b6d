//! Category and severity, of event types and as defaults of resource types.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned as _;
use syn::{Expr, Lit, LitStr, Path};

use crate::arguments::{Arguments, Given, literal};
use crate::codes;
use crate::mistakes::Mistakes;
use crate::runtime::Runtime;
use crate::words::unknown;

/// The categories that need no declaration.
pub(crate) const CATEGORIES: &[&str] = &["state", "alarm", "action", "system", "user", "email", "crud"];

/// The severities, from high to low.
pub(crate) const SEVERITIES: &[&str] = &["critical", "high", "medium", "low"];

/// A category that is known to exist, or a type that will say so.
pub(crate) enum Category {
    BuiltIn(LitStr),
    Declared(Path),
}

impl Category {
    /// Takes `category = "state"` or `category = Billing`.
    pub(crate) fn take(arguments: &mut Arguments, mistakes: &mut Mistakes) -> Option<Self> {
        let entry = arguments.take("category")?;
        match &entry.given {
            Given::Value(value) => match (literal(value), &**value) {
                (Some(Lit::Str(name)), _) if CATEGORIES.contains(&name.value().as_str()) => {
                    return Some(Category::BuiltIn(name.clone()));
                }
                (Some(Lit::Str(name)), _) => {
                    let message = unknown("category", &name.value(), CATEGORIES);
                    let own = "an own category is the path of a type with `#[category(\"…\")]`, without quotes";
                    mistakes.at(name.span(), codes::UNKNOWN_CATEGORY, format!("{message}; {own}"));
                    return None;
                }
                (None, Expr::Path(path)) if path.qself.is_none() => {
                    return Some(Category::Declared(path.path.clone()));
                }
                _ => {}
            },
            Given::Nothing | Given::List(_) => {}
        }
        entry.wrong(mistakes);
        None
    }

    pub(crate) fn is(&self, name: &str) -> bool {
        matches!(self, Category::BuiltIn(found) if found.value() == name)
    }

    /// Where it is written.
    pub(crate) fn span(&self) -> Span {
        match self {
            Category::BuiltIn(name) => name.span(),
            Category::Declared(path) => path.span(),
        }
    }

    /// An expression of type `CategoryRef`.
    pub(crate) fn tokens(&self, runtime: &Runtime) -> TokenStream {
        match self {
            Category::BuiltIn(name) => {
                let (span, name) = (Span::mixed_site(), name.value());
                let p = runtime.at(span);
                quote_spanned!(span=> #p::CategoryRef::BuiltIn(#name))
            }
            Category::Declared(path) => {
                // The user's span: an error about a type that is no category belongs there.
                let span = path.span();
                let p = runtime.at(span);
                quote_spanned!(span=> #p::CategoryRef::Declared(<#path as #p::Category>::DECLARATION))
            }
        }
    }
}

/// One of [`SEVERITIES`], as the variant of the runtime's enum.
pub(crate) struct Severity(&'static str);

impl Severity {
    /// Takes `severity = "high"`.
    pub(crate) fn take(arguments: &mut Arguments, mistakes: &mut Mistakes) -> Option<Self> {
        let name = arguments.string("severity", mistakes)?;
        match name.value().as_str() {
            "critical" => Some(Severity("Critical")),
            "high" => Some(Severity("High")),
            "medium" => Some(Severity("Medium")),
            "low" => Some(Severity("Low")),
            other => {
                mistakes.at(name.span(), codes::UNKNOWN_SEVERITY, unknown("severity", other, SEVERITIES));
                None
            }
        }
    }

    /// An expression of type `Severity`.
    pub(crate) fn tokens(&self, runtime: &Runtime) -> TokenStream {
        let span = Span::mixed_site();
        let p = runtime.at(span);
        let variant = syn::Ident::new(self.0, span);
        quote_spanned!(span=> #p::Severity::#variant)
    }
}
