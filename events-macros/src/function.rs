//! A function whose body stays one token group: never parsed, never rebuilt.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt as _;
use syn::parse::{Parse, ParseStream};
use syn::{
    Attribute, FnArg, GenericArgument, GenericParam, Ident, Pat, PatIdent, PathArguments, Receiver, Signature, Token,
    Type, Visibility,
};

/// A function or a method, with or without a body.
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    pub(crate) body: Option<Group>,
    semicolon: Option<Token![;]>,
}

impl Parse for Function {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let signature = input.parse()?;
        if input.peek(Token![;]) {
            let semicolon = Some(input.parse()?);
            return Ok(Function { attributes, visibility, signature, body: None, semicolon });
        }
        match input.parse()? {
            TokenTree::Group(body) if body.delimiter() == Delimiter::Brace => {
                Ok(Function { attributes, visibility, signature, body: Some(body), semicolon: None })
            }
            other => Err(syn::Error::new_spanned(other, "expected a body")),
        }
    }
}

impl Function {
    /// The function around another body, to which every argument has a name.
    pub(crate) fn around(&self, body: impl ToTokens) -> TokenStream {
        let mut signature = self.signature.clone();
        for (at, argument) in signature.inputs.iter_mut().enumerate() {
            if let FnArg::Typed(argument) = argument
                && let Some(ident) = hidden(&argument.pat, at)
            {
                let named = PatIdent { attrs: Vec::new(), by_ref: None, mutability: None, ident, subpat: None };
                *argument.pat = Pat::Ident(named);
            }
        }
        self.with(&signature, body)
    }

    /// The function as it was written.
    pub(crate) fn as_written(&self) -> TokenStream {
        let (body, semicolon) = (&self.body, &self.semicolon);
        self.with(&self.signature, quote!(#body #semicolon))
    }

    fn with(&self, signature: &Signature, body: impl ToTokens) -> TokenStream {
        let Function { attributes, visibility, .. } = self;
        quote!(#(#attributes)* #visibility #signature #body)
    }

    pub(crate) fn receiver(&self) -> Option<&Receiver> {
        match self.signature.inputs.first() {
            Some(FnArg::Receiver(receiver)) => Some(receiver),
            _ => None,
        }
    }

    /// Everything the arguments bind, in the order of the signature.
    pub(crate) fn bindings(&self) -> Vec<Binding> {
        let mut found = Vec::new();
        for (at, argument) in self.signature.inputs.iter().enumerate() {
            if let FnArg::Typed(argument) = argument {
                let attributes = cfgs(&argument.attrs);
                if let Some(name) = hidden(&argument.pat, at) {
                    found.push(Binding { name, ty: None, cfgs: attributes, is_hidden: true });
                    continue;
                }
                collect(&argument.pat, Some(&argument.ty), &attributes, &mut found);
            }
        }
        found
    }

    /// The names of the function's own generic parameters.
    pub(crate) fn generic_names(&self) -> Vec<String> {
        self.signature.generics.params.iter().filter_map(generic_name).collect()
    }
}

/// The name of a type or const parameter; lifetimes are left out of types anyway.
pub(crate) fn generic_name(parameter: &GenericParam) -> Option<String> {
    match parameter {
        GenericParam::Type(parameter) => Some(parameter.ident.to_string()),
        GenericParam::Const(parameter) => Some(parameter.ident.to_string()),
        GenericParam::Lifetime(_) => None,
    }
}

/// One name that an argument binds.
pub(crate) struct Binding {
    pub(crate) name: Ident,
    /// The type, where the pattern shows it: `Path(id): Path<Href<T>>` says `Href<T>`.
    pub(crate) ty: Option<Type>,
    /// The `#[cfg]`s of its argument.
    pub(crate) cfgs: Vec<Attribute>,
    /// Whether the name is ours, of an argument `_: T`.
    pub(crate) is_hidden: bool,
}

impl Binding {
    pub(crate) fn is(&self, name: &str) -> bool {
        self.name.unraw() == name
    }
}

/// The name of ours that an argument `_: T` gets: what has no name cannot be given to the body, which drops the arguments in
/// their order.
fn hidden(pattern: &Pat, at: usize) -> Option<Ident> {
    let Pat::Wild(wild) = pattern else { return None };
    let span = Span::mixed_site().located_at(wild.underscore_token.span);
    Some(Ident::new(&format!("__unnamed{at}"), span))
}

/// The `#[cfg]`s among attributes.
pub(crate) fn cfgs(attributes: &[Attribute]) -> Vec<Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("cfg")).cloned().collect()
}

fn collect(pattern: &Pat, ty: Option<&Type>, cfgs: &[Attribute], found: &mut Vec<Binding>) {
    match pattern {
        Pat::Ident(pattern) => {
            let plain = pattern.by_ref.is_none() && pattern.mutability.is_none() && pattern.subpat.is_none();
            // `None` or `LIMIT` as a whole pattern is a constant, not a name.
            if !(plain && pattern.ident.to_string().starts_with(char::is_uppercase)) {
                let ty = ty.filter(|_| pattern.by_ref.is_none()).cloned();
                found.push(Binding { name: pattern.ident.clone(), ty, cfgs: cfgs.to_vec(), is_hidden: false });
            }
            if let Some((_, inner)) = &pattern.subpat {
                collect(inner, None, cfgs, found);
            }
        }
        Pat::TupleStruct(pattern) => {
            let inner = if pattern.elems.len() == 1 { ty.and_then(only_argument) } else { None };
            pattern.elems.iter().for_each(|element| collect(element, inner, cfgs, found));
        }
        Pat::Tuple(pattern) => {
            let whole = !pattern.elems.iter().any(|element| matches!(element, Pat::Rest(_)));
            let types = match ty {
                Some(Type::Tuple(tuple)) if whole && tuple.elems.len() == pattern.elems.len() => Some(&tuple.elems),
                _ => None,
            };
            for (at, element) in pattern.elems.iter().enumerate() {
                collect(element, types.and_then(|types| types.get(at)), cfgs, found);
            }
        }
        Pat::Struct(pattern) => pattern.fields.iter().for_each(|field| collect(&field.pat, None, cfgs, found)),
        Pat::Slice(pattern) => pattern.elems.iter().for_each(|element| collect(element, None, cfgs, found)),
        Pat::Reference(pattern) => collect(&pattern.pat, None, cfgs, found),
        Pat::Paren(pattern) => collect(&pattern.pat, ty, cfgs, found),
        Pat::Type(pattern) => collect(&pattern.pat, Some(&pattern.ty), cfgs, found),
        _ => {}
    }
}

/// `T` of `Wrapper<T>`.
fn only_argument(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else {
        return None;
    };
    let mut types = arguments.args.iter().filter_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    });
    let first = types.next()?;
    types.next().is_none().then_some(first)
}

/// What `#[async_trait]` leaves of a body: statements, then `Box::pin(async move { … })`.
pub(crate) struct BoxedBody {
    /// Everything before the parentheses of `pin`.
    before: Vec<TokenTree>,
    /// The parentheses.
    call: Group,
    /// `async move`
    prefix: Vec<TokenTree>,
    /// The block that holds the original body.
    pub(crate) block: Group,
}

impl BoxedBody {
    pub(crate) fn of(body: &Group) -> Option<Self> {
        let mut before: Vec<TokenTree> = body.stream().into_iter().collect();
        let TokenTree::Group(call) = before.pop()? else {
            return None;
        };
        let path: String = before.iter().map(ToString::to_string).collect();
        if call.delimiter() != Delimiter::Parenthesis || !path.ends_with("Box::pin") {
            return None;
        }
        let mut prefix: Vec<TokenTree> = call.stream().into_iter().collect();
        let TokenTree::Group(block) = prefix.pop()? else {
            return None;
        };
        let words: Vec<String> = prefix.iter().map(ToString::to_string).collect();
        (words == ["async", "move"] && block.delimiter() == Delimiter::Brace).then_some(BoxedBody {
            before,
            call,
            prefix,
            block,
        })
    }

    /// The body again, around another block.
    pub(crate) fn around(&self, block: impl ToTokens, braces: Span) -> Group {
        let (before, prefix) = (&self.before, &self.prefix);
        let call = group(Delimiter::Parenthesis, quote!(#(#prefix)* #block), self.call.span());
        group(Delimiter::Brace, quote!(#(#before)* #call), braces)
    }
}

/// A group whose delimiters are at `span`.
pub(crate) fn group(delimiter: Delimiter, tokens: TokenStream, span: Span) -> Group {
    let mut group = Group::new(delimiter, tokens);
    group.set_span(span);
    group
}

/// `T` of `Pin<Box<dyn Future<Output = T> + …>>`, found in the tokens of the type.
pub(crate) fn boxed_output(ty: &Type) -> Option<Type> {
    let tokens: Vec<TokenTree> = ty.to_token_stream().into_iter().collect();
    let at = tokens.iter().position(|token| matches!(token, TokenTree::Ident(word) if word == "Output"))?;
    let mut depth = 0_i32;
    let mut arrow = false;
    let mut output = TokenStream::new();
    for token in tokens.get(at + 2..)? {
        if let TokenTree::Punct(punct) = token {
            match punct.as_char() {
                '<' => depth += 1,
                '>' if !arrow => depth -= 1,
                _ => {}
            }
            arrow = punct.as_char() == '-';
        }
        if depth < 0 {
            break;
        }
        token.to_tokens(&mut output);
    }
    syn::parse2(output).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(tokens: TokenStream) -> Function {
        syn::parse2(tokens).expect("a function")
    }

    #[test]
    fn bindings_are_found_through_patterns_with_their_types() {
        let function = function(quote! {
            async fn f(
                &self,
                State(app): State<App>,
                Path((n, id)): Path<(u32, Href<Nuvlabox>)>,
                Params { filter, limit: max, .. }: Params,
                mut items: Vec<T>,
                ref name: String,
                (left, ..): (u8, u8),
                &copied: &u8,
                whole @ Some(_): Option<u8>,
                None: Option<u8>,
                _: Permit,
                #[cfg(feature = "x")] extra: u8,
            ) {
                any tokens => at all
            }
        });
        let found: Vec<(String, Option<String>)> = function
            .bindings()
            .iter()
            .map(|binding| {
                let ty = binding.ty.as_ref().map(|ty| ty.to_token_stream().to_string().replace(' ', ""));
                (binding.name.to_string(), ty)
            })
            .collect();
        let found: Vec<(&str, Option<&str>)> = found.iter().map(|(name, ty)| (name.as_str(), ty.as_deref())).collect();
        assert_eq!(
            found,
            [
                ("app", Some("App")),
                ("n", Some("u32")),
                ("id", Some("Href<Nuvlabox>")),
                ("filter", None),
                ("max", None),
                ("items", Some("Vec<T>")),
                ("name", None),
                ("left", None),
                ("copied", None),
                ("whole", Some("Option<u8>")),
                ("__unnamed10", None),
                ("extra", Some("u8")),
            ]
        );
        assert_eq!(function.bindings().last().map(|binding| binding.cfgs.len()), Some(1));
    }

    #[test]
    fn the_body_may_be_anything_between_braces() {
        let function = function(quote!(pub async fn f() -> u8 { int main(void) { return 0; } }));
        assert_eq!(
            function.as_written().to_string(),
            quote!(pub async fn f() -> u8 { int main(void) { return 0; } }).to_string()
        );
    }

    #[test]
    fn what_async_trait_leaves_is_recognised() {
        let function = function(quote! {
            fn f(&self) -> ::core::pin::Pin<Box<dyn ::core::future::Future<Output = Result<Vec<u8>, fn() -> u8>> + Send + 'a>> {
                Box::pin(async move { body })
            }
        });
        let body = function.body.as_ref().expect("a body");
        assert_eq!(BoxedBody::of(body).expect("boxed").block.to_string(), "{ body }");
        let syn::ReturnType::Type(_, ty) = &function.signature.output else { panic!("a type") };
        let output = boxed_output(ty).expect("an output").to_token_stream().to_string();
        assert_eq!(output, quote!(Result<Vec<u8>, fn() -> u8>).to_string());
    }

    #[test]
    fn other_bodies_are_not_taken_for_async_traits() {
        for body in [quote!({ Box::pin(async { 1 }) }), quote!({ pin(async move { 1 }) }), quote!({ 1 }), quote!({})] {
            let TokenTree::Group(body) = body.into_iter().next().expect("one group") else { panic!("a group") };
            assert!(BoxedBody::of(&body).is_none());
        }
    }
}
