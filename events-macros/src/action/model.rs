//! An action that passed every check. The expansion sees nothing else.

use proc_macro2::{Group, Span, TokenStream};
use syn::{Attribute, Expr, Ident, LitStr, Path, Type};

use crate::declaration::Declaration;
use crate::function::BoxedBody;
use crate::returns::Returns;
use crate::runtime::Runtime;

pub(crate) struct Action {
    pub(crate) runtime: Runtime,
    pub(crate) declaration: Declaration,
    /// The name of the function, `Type::method` where the type is known.
    pub(crate) function: String,
    pub(crate) resource: Resource,
    pub(crate) details: Details,
    pub(crate) payload: Payload,
    pub(crate) linked: Vec<Expr>,
    pub(crate) tags: Vec<LitStr>,
    pub(crate) deferred: Option<Deferred>,
    pub(crate) on_nested_failure: Option<&'static str>,
    pub(crate) context: Option<Expr>,
    pub(crate) outcome: Option<Path>,
    pub(crate) created: Created,
    pub(crate) refused: Option<Path>,
    pub(crate) returns: Returns,
    pub(crate) body: Body,
}

/// The resource that one call is about.
pub(crate) enum Resource {
    /// None, or the type as a whole: the runtime knows what to write.
    Unnamed,
    /// The value of an expression, whose type may be known.
    Value { value: TokenStream, span: Span, known: Known },
}

/// What is known about the type of the expression that designates the resource.
pub(crate) enum Known {
    /// It can be written in the length of an array: checked whether the function is used or not.
    Type(TokenStream),
    /// `Self` of an impl that is not seen, or that has generic parameters: checked in a pattern.
    Receiver(Ident),
    /// The compiler infers it: checked as a bound.
    Inferred,
    /// It may depend on generic parameters: checked where the function is used.
    Generic,
}

pub(crate) enum Details {
    Fields(Vec<Detail>),
    /// `details = RebootDetails { … }`
    Object(Expr),
}

pub(crate) struct Detail {
    pub(crate) cfgs: Vec<Attribute>,
    /// Kebab-case.
    pub(crate) name: String,
    pub(crate) value: Expr,
    pub(crate) span: Span,
    /// Written in the attribute: the value must have it.
    pub(crate) ty: Option<Type>,
    /// Written in the signature, or said by a literal: known, and already held to.
    pub(crate) argument_type: Option<Type>,
}

#[derive(Default)]
pub(crate) struct Payload {
    pub(crate) request: Option<Request>,
    pub(crate) outcome: bool,
    pub(crate) changed: bool,
}

pub(crate) struct Request {
    /// Kebab-case.
    pub(crate) name: String,
    pub(crate) value: Expr,
}

pub(crate) struct Deferred {
    /// Seconds.
    pub(crate) within: Option<u64>,
}

/// Where the href of what was added is found.
pub(crate) enum Created {
    /// Nothing is added.
    Nothing,
    /// In the answer, whose type has to say it.
    Answer,
    /// In the outcome, if that says it; what it is about is said anyway.
    Outcome,
    /// By `created = path`.
    Function(Path),
}

pub(crate) enum Body {
    /// Of an `async fn`.
    Async {
        block: Group,
        /// The bindings that the body captures, first to be dropped first.
        captured: Vec<Captured>,
    },
    /// Of a function that `#[async_trait]` has rewritten.
    Boxed(BoxedBody, Span),
}

/// One binding, mentioned so that the body owns it and drops it in the order of a plain function.
pub(crate) struct Captured {
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) name: Ident,
}
