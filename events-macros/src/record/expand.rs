//! The implementation of `Record`.

use proc_macro2::{Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned as _;
use syn::{DeriveInput, Generics, Ident, Member};

use super::check::{Content, Field, Recorded, Shape, Variant};
use super::recordable;
use crate::event_type::fingerprint;
use crate::runtime::Runtime;

pub(super) fn implementation(recorded: &Recorded, input: &DeriveInput) -> TokenStream {
    let span = Span::mixed_site();
    let runtime = &recorded.runtime;
    let p = runtime.at(span);
    let recorder = Ident::new("recorder", span);
    let item = &input.ident;
    let generics = recordable(&input.generics, runtime);
    let (impl_generics, type_generics, bounds) = generics.split_for_impl();
    let body = match &recorded.shape {
        Shape::Object(fields) => object(fields, &recorder, &|field, at| field.of_self(at)),
        Shape::Transparent(member, ty) => {
            let at = ty.span();
            let q = runtime.at(at);
            quote_spanned!(span=> <#ty as #q::Record>::record(&self.#member, #recorder);)
        }
        Shape::Enum(variants) => match_variants(variants, &recorder, runtime),
    };
    // What stands for another value is left out where that is: `None` in a newtype, too.
    let is_absent = match &recorded.shape {
        Shape::Transparent(member, ty) => {
            let at = ty.span();
            let q = runtime.at(at);
            Some(quote_spanned! {span=>
                fn is_absent(&self) -> #p::core::primitive::bool {
                    <#ty as #q::Record>::is_absent(&self.#member)
                }
            })
        }
        Shape::Object(_) | Shape::Enum(_) => None,
    };
    let records = records(recorded, item, &generics);
    quote_spanned! {span=>
        #[automatically_derived]
        impl #impl_generics #p::Record for #item #type_generics #bounds {
            fn record(&self, #recorder: &mut #p::Recorder<'_>) {
                #body
            }
            #is_absent
        }
        #records
    }
}

/// The names of its fields, for categories that demand some.
fn records(recorded: &Recorded, item: &Ident, generics: &Generics) -> TokenStream {
    let span = Span::mixed_site();
    let p = recorded.runtime.at(span);
    let (impl_generics, type_generics, bounds) = generics.split_for_impl();
    match &recorded.shape {
        Shape::Object(fields) => {
            let names = fields.iter().map(|field| fingerprint(&field.name));
            quote_spanned!(span=> #(impl #impl_generics #p::demands::Records<#names> for #item #type_generics #bounds {})*)
        }
        Shape::Transparent(..) | Shape::Enum(_) => TokenStream::new(),
    }
}

/// What keeps other errors away when the type cannot be recorded.
pub(super) fn stand_in(input: &DeriveInput) -> TokenStream {
    let span = Span::mixed_site();
    let p = Runtime::default().at(span);
    let item = &input.ident;
    let (impl_generics, type_generics, bounds) = input.generics.split_for_impl();
    let records = every_field(input, &p);
    quote_spanned! {span=>
        #[automatically_derived]
        impl #impl_generics #p::Record for #item #type_generics #bounds {
            fn record(&self, _: &mut #p::Recorder<'_>) {}
        }
        #records
    }
}

/// What could not be read may have any field.
fn every_field(input: &DeriveInput, p: &TokenStream) -> TokenStream {
    let span = Span::mixed_site();
    let item = &input.ident;
    let mut generics = input.generics.clone();
    let name = Ident::new("__NAME", span);
    generics.params.push(syn::parse_quote_spanned!(span=> const #name: #p::core::primitive::u64));
    let (impl_generics, _, bounds) = generics.split_for_impl();
    let (_, type_generics, _) = input.generics.split_for_impl();
    quote_spanned!(span=> impl #impl_generics #p::demands::Records<#name> for #item #type_generics #bounds {})
}

/// An object of fields; `value` borrows one. An error about a type that cannot be recorded belongs
/// to the type, which is where `value` is told to be.
fn object(fields: &[Field], recorder: &Ident, value: &dyn Fn(&Field, Span) -> TokenStream) -> TokenStream {
    let span = Span::mixed_site();
    let object = Ident::new("object", span);
    let recorded = fields.iter().map(|field| {
        let (name, value) = (&field.name, value(field, field.ty.span()));
        quote_spanned!(span=> #object.field(#name, #value);)
    });
    let unused = fields.is_empty().then(|| quote_spanned!(span=> let _ = #object;));
    quote_spanned!(span=> #recorder.object(|#object| { #unused #(#recorded)* });)
}

fn match_variants(variants: &[Variant], recorder: &Ident, runtime: &Runtime) -> TokenStream {
    let span = Span::mixed_site();
    let p = runtime.at(span);
    if variants.is_empty() {
        return quote_spanned!(span=> let _ = #recorder; match *self {});
    }
    let arms = variants.iter().map(|Variant { variant, name, content }| match content {
        Content::Unit => quote_spanned!(span=> Self::#variant => { #recorder.string(#name); }),
        Content::Value => quote_spanned! {span=>
            Self::#variant(value) => { #recorder.object(|object| { object.field(#name, value); }); }
        },
        Content::Object(fields) => {
            // Bound under names of ours: a field called `recorder` must not shadow it.
            let bound = |member: &Member| match member {
                Member::Named(name) => Ident::new(&format!("__{}", syn::ext::IdentExt::unraw(name)), span),
                Member::Unnamed(index) => Ident::new(&format!("__{}", index.index), span),
            };
            let patterns = fields.iter().map(|field| {
                let (member, name) = (&field.member, bound(&field.member));
                quote_spanned!(span=> #member: #name)
            });
            let inner = Ident::new("recorder", span);
            let content = object(fields, &inner, &|field, at| {
                let mut name = bound(&field.member);
                name.set_span(span.located_at(at));
                quote_spanned!(at=> #name)
            });
            quote_spanned! {span=>
                Self::#variant { #(#patterns,)* .. } => {
                    let fields = #p::record_with(|#inner| { #content });
                    #recorder.object(|object| { object.field(#name, &fields); })
                }
            }
        }
    });
    quote_spanned!(span=> match self { #(#arms)* })
}
