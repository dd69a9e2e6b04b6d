//! The attribute disturbs nothing: annotated functions in every situation in which one could be in the way.
//!
//! Each module is one situation, and compiles under lints that no expansion may trip. What can be observed at run time is
//! tested beside it.

#![cfg(test)]
#![forbid(unsafe_code)]
#![deny(warnings)]
#![deny(
    missing_docs,
    missing_debug_implementations,
    trivial_casts,
    trivial_numeric_casts,
    unreachable_pub,
    unused_import_braces,
    unused_lifetimes,
    unused_qualifications,
    unused_results,
    single_use_lifetimes,
    explicit_outlives_requirements,
    elided_lifetimes_in_paths,
    let_underscore_drop,
    meta_variable_misuse,
    non_ascii_idents,
    redundant_lifetimes,
    variant_size_differences,
    future_incompatible,
    nonstandard_style,
    rust_2018_idioms,
    rust_2021_compatibility,
    keyword_idents
)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::shadow_unrelated)]
#![allow(clippy::redundant_pub_crate, reason = "the opposite of `unreachable_pub`")]
#![allow(clippy::significant_drop_tightening, reason = "a call holds permits, and lives as long as its function")]

mod async_trait_in_both_orders;
mod borrowed_arguments;
mod cfg_on_arguments_and_statements;
mod drop_order;
mod fixture;
mod functions_of_a_macro;
mod generics_and_lifetimes;
mod impl_trait;
mod names_of_the_prelude_taken;
mod no_prelude;
mod other_attributes;
mod patterns;
mod raw_identifiers;
mod send_as_before;
mod the_users_lines;
