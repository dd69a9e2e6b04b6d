//! What a handler returns, as far as the expansion has to know.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{GenericArgument, PathArguments, ReturnType, Type, TypeParamBound};

use crate::function::{Function, boxed_output};

/// How the expansion treats the return type.
pub(crate) enum Returns {
    /// It can be written, with `_` for every inner `impl Trait`.
    Named { ty: Box<Type>, span: Span },
    /// It cannot: the body alone says what it is.
    Opaque { span: Span },
    /// `impl IntoResponse`: converted inside.
    Response { span: Span },
}

impl Returns {
    /// Of an `async fn`.
    pub(crate) fn of(function: &Function) -> Self {
        match &function.signature.output {
            ReturnType::Default => {
                let span = function.signature.ident.span();
                Returns::Named { ty: Box::new(syn::parse_quote_spanned!(span=> ())), span }
            }
            ReturnType::Type(_, ty) => Self::of_type(ty),
        }
    }

    /// Of a function that `#[async_trait]` has rewritten.
    pub(crate) fn of_boxed(function: &Function) -> Self {
        let span = function.signature.ident.span();
        match &function.signature.output {
            ReturnType::Type(_, ty) => boxed_output(ty).map_or(Returns::Opaque { span }, |ty| Self::of_type(&ty)),
            ReturnType::Default => Returns::Opaque { span },
        }
    }

    fn of_type(ty: &Type) -> Self {
        let span = ty.span();
        match ty {
            Type::Group(group) => Self::of_type(&group.elem),
            Type::Paren(paren) => Self::of_type(&paren.elem),
            Type::ImplTrait(opaque) if opaque.bounds.iter().any(is_into_response) => Returns::Response { span },
            Type::ImplTrait(_) | Type::Infer(_) | Type::Never(_) => Returns::Opaque { span },
            _ => {
                let mut ty = Box::new(ty.clone());
                erase_impl_trait(&mut ty);
                Returns::Named { ty, span }
            }
        }
    }

    /// Where an error about the return type belongs.
    pub(crate) fn span(&self) -> Span {
        match self {
            Returns::Named { span, .. } | Returns::Opaque { span } | Returns::Response { span } => *span,
        }
    }
}

fn is_into_response(bound: &TypeParamBound) -> bool {
    matches!(bound, TypeParamBound::Trait(bound) if bound.path.segments.last().is_some_and(|last| last.ident == "IntoResponse"))
}

/// Writes `_` for every `impl Trait` inside a type: `Result<impl Trait, E>` becomes `Result<_, E>`.
fn erase_impl_trait(ty: &mut Type) {
    match ty {
        Type::ImplTrait(opaque) => {
            let span = opaque.span();
            *ty = syn::parse_quote_spanned!(span=> _);
        }
        Type::Path(path) => {
            for segment in &mut path.path.segments {
                if let PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
                    for argument in &mut arguments.args {
                        if let GenericArgument::Type(ty) = argument {
                            erase_impl_trait(ty);
                        }
                    }
                }
            }
        }
        Type::Tuple(tuple) => tuple.elems.iter_mut().for_each(erase_impl_trait),
        Type::Reference(reference) => erase_impl_trait(&mut reference.elem),
        Type::Paren(paren) => erase_impl_trait(&mut paren.elem),
        Type::Group(group) => erase_impl_trait(&mut group.elem),
        Type::Array(array) => erase_impl_trait(&mut array.elem),
        Type::Slice(slice) => erase_impl_trait(&mut slice.elem),
        _ => {}
    }
}

/// Whether a type leaves nothing to inference.
pub(crate) fn is_whole(ty: &Type) -> bool {
    fn is_whole(tokens: TokenStream) -> bool {
        tokens.into_iter().all(|token| match token {
            TokenTree::Ident(word) => word != "_" && word != "impl",
            TokenTree::Group(group) => is_whole(group.stream()),
            TokenTree::Punct(_) | TokenTree::Literal(_) => true,
        })
    }
    is_whole(ty.to_token_stream())
}

/// The type as it can be written in the length of an array, where checks are evaluated; nothing
/// when it depends on generic parameters (`generics`) or cannot be written at all.
///
/// Lifetimes are left to inference.
pub(crate) fn nameable(ty: &Type, generics: &[String]) -> Option<TokenStream> {
    without_lifetimes(ty.to_token_stream(), generics)
}

fn without_lifetimes(tokens: TokenStream, generics: &[String]) -> Option<TokenStream> {
    let mut out = TokenStream::new();
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(tick) if tick.as_char() == '\'' => {
                let name = tokens.next()?;
                let span = name.span();
                if name.to_string() == "static" {
                    out.extend([TokenTree::Punct(tick), name]);
                } else {
                    out.extend(quote_spanned!(span=> '_));
                }
            }
            TokenTree::Ident(word) => {
                let name = word.to_string();
                if name == "impl" || name == "_" || generics.contains(&name) {
                    return None;
                }
                out.extend([TokenTree::Ident(word)]);
            }
            TokenTree::Group(inner) => {
                let stream = without_lifetimes(inner.stream(), generics)?;
                out.extend([TokenTree::Group(crate::function::group(inner.delimiter(), stream, inner.span()))]);
            }
            other => out.extend([other]),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::quote;

    #[test]
    fn return_types_are_told_apart() {
        for (output, expected) in [
            (quote!(), "named ()"),
            (quote!(-> Result<Json<Job>, ApiError>), "named Result<Json<Job>,ApiError>"),
            (quote!(-> Result<impl Serialize, E>), "named Result<_,E>"),
            (quote!(-> (StatusCode, Option<impl Display + '_>)), "named (StatusCode,Option<_>)"),
            (quote!(-> impl IntoResponse), "response"),
            (quote!(-> impl axum::response::IntoResponse + use<'a>), "response"),
            (quote!(-> (impl IntoResponse)), "response"),
            (quote!(-> impl Display), "opaque"),
            (quote!(-> !), "opaque"),
        ] {
            let function: Function = syn::parse2(quote!(async fn f() #output {})).expect("a function");
            let found = match Returns::of(&function) {
                Returns::Named { ty, .. } => format!("named {}", ty.to_token_stream().to_string().replace(' ', "")),
                Returns::Opaque { .. } => "opaque".to_owned(),
                Returns::Response { .. } => "response".to_owned(),
            };
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn types_are_named_without_lifetimes_and_not_with_parameters() {
        let name = |ty: TokenStream| {
            let ty: Type = syn::parse2(ty).expect("a type");
            nameable(&ty, &["T".into()]).map(|tokens| tokens.to_string().replace(' ', ""))
        };
        assert_eq!(name(quote!(&'a Href<'b, Nuvlabox>)).as_deref(), Some("&'_Href<'_,Nuvlabox>"));
        assert_eq!(name(quote!(&'static str)).as_deref(), Some("&'staticstr"));
        assert_eq!(name(quote!(Href<T>)), None);
        assert_eq!(name(quote!(&(u8, [T; 2]))), None);
        assert_eq!(name(quote!(impl Designates)), None);
    }
}
