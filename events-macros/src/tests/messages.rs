//! What is said about each mistake. Every code has at least one case.

use proc_macro2::TokenStream;
use quote::quote;

use super::Macro;
use crate::codes;

struct Case {
    of: Macro,
    arguments: TokenStream,
    item: TokenStream,
    /// All messages, in order.
    messages: &'static [&'static str],
}

/// `#[action(…)]` on a function about which nothing is wrong.
fn action(arguments: TokenStream, messages: &'static [&'static str]) -> Case {
    let item = quote!(
        async fn f(id: Href<Nuvlabox>, force: bool) -> Result<(), E> {
            Ok(())
        }
    );
    Case { of: Macro::Action, arguments, item, messages }
}

/// An attribute about which nothing is wrong, on an item.
fn on(item: TokenStream, messages: &'static [&'static str]) -> Case {
    Case { of: Macro::Action, arguments: quote!(event = "nuvlabox.reboot"), item, messages }
}

fn resource(arguments: TokenStream, item: TokenStream, messages: &'static [&'static str]) -> Case {
    Case { of: Macro::Resource, arguments, item, messages }
}

fn details(item: TokenStream, messages: &'static [&'static str]) -> Case {
    Case { of: Macro::EventDetails, arguments: quote!(), item, messages }
}

fn record(item: TokenStream, messages: &'static [&'static str]) -> Case {
    Case { of: Macro::Record, arguments: quote!(), item, messages }
}

fn category(arguments: TokenStream, item: TokenStream, messages: &'static [&'static str]) -> Case {
    Case { of: Macro::Category, arguments, item, messages }
}

fn cases() -> Vec<Case> {
    let mut cases = keys();
    cases.extend(names());
    cases.extend(contents());
    cases.extend(functions());
    cases.extend(resources());
    cases.extend(types());
    cases
}

fn keys() -> Vec<Case> {
    vec![
        action(
            quote!(evnt = "nuvlabox.reboot"),
            &[
                "unknown key `evnt`: did you mean `event`? (one of `event`, `category`, `subcategory`, `severity`, `resource`, `details`, `payload`, `message`, `linked`, `tags`, `version`, `created`, `outcome`, `refused`, `deferred`, `mandatory`, `bulk`, `ctx`, `allow_anon`, `on_nested_failure`, `krate`) [EVT001]",
            ],
        ),
        action(
            quote!(event = "nuvlabox.reboot", severity = "low", severity = "high"),
            &["`severity` is given twice: keep one [EVT002]"],
        ),
        action(
            quote!(event = "nuvlabox.reboot", payload(outcome, changed, outcome, reqest = force)),
            &[
                "`outcome` is given twice: keep one [EVT002]",
                "unknown key `reqest`: did you mean `request`? (one of `request`, `outcome`, `changed`) [EVT001]",
            ],
        ),
        action(quote!(event), &["`event` needs a value: write `event = \"nuvlabox.reboot\"` [EVT003]"]),
        action(quote!(event = ), &["`event` needs a value: write `event = \"nuvlabox.reboot\"` [EVT003]"]),
        action(
            quote!(event = 7),
            &["`event` takes another kind of value: write `event = \"nuvlabox.reboot\"` [EVT003]"],
        ),
        action(
            quote!(event("nuvlabox.reboot")),
            &["`event` takes no list: write `event = \"nuvlabox.reboot\"` [EVT003]"],
        ),
        action(
            quote!(
                event = "nuvlabox.reboot",
                category(x),
                severity,
                payload,
                payload2,
                tags = "a",
                deferred = 1,
                linked,
                details
            ),
            &[
                "unknown key `payload2`: did you mean `payload`? (one of `event`, `category`, `subcategory`, `severity`, `resource`, `details`, `payload`, `message`, `linked`, `tags`, `version`, `created`, `outcome`, `refused`, `deferred`, `mandatory`, `bulk`, `ctx`, `allow_anon`, `on_nested_failure`, `krate`) [EVT001]",
                "`details` needs a value: write `details(force, size: u64 = body.len())` [EVT003]",
                "`category` takes no list: write `category = \"action\"` [EVT003]",
                "`severity` needs a value: write `severity = \"high\"` [EVT003]",
                "`payload` needs a value: write `payload(request = body, outcome, changed)` [EVT003]",
                "`linked` needs a value: write `linked = <href>` [EVT003]",
                "`tags` takes another kind of value: write `tags(\"billing\", \"eu\")` [EVT003]",
                "`deferred` takes another kind of value: write `deferred(within = \"1h\")` [EVT003]",
            ],
        ),
        action(
            quote!(event = "nuvlabox.reboot", payload()),
            &["`payload()` chooses nothing: name `request = <argument>`, `outcome` or `changed` [EVT003]"],
        ),
        action(quote!(), &["missing `event`: write `#[action(event = \"<resource-type>.<operation>\")]` [EVT004]"]),
        action(
            quote!("nuvlabox.reboot"),
            &[
                "expected a key, one of `event`, `category`, `subcategory`, `severity`, `resource`, `details`, `payload`, `message`, `linked`, `tags`, `version`, `created`, `outcome`, `refused`, `deferred`, `mandatory`, `bulk`, `ctx`, `allow_anon`, `on_nested_failure`, `krate` [EVT005]",
                "missing `event`: write `#[action(event = \"<resource-type>.<operation>\")]` [EVT004]",
            ],
        ),
        action(quote!(event = "nuvlabox.reboot" severity = "low"), &["expected `,` before the next key [EVT005]"]),
        action(
            quote!(event = "nuvlabox.reboot", tags("a" "b", 3)),
            &["expected `,` [EVT005]", "expected a string, such as `billing` [EVT005]"],
        ),
        action(
            quote!(event = "nuvlabox.reboot", on_nested_failure = ignore),
            &["unknown value of `on_nested_failure` `ignore`: one of `refuse`, `continue` [EVT006]"],
        ),
        action(
            quote!(event = "nuvlabox.reboot", bulk = "digest"),
            &[
                "`bulk` is not supported yet: annotate the handler of the whole with an operation `bulk-…`, such as `event = \"deployment.bulk-start\"`, and let it call the annotated one for each resource [EVT007]",
            ],
        ),
    ]
}

fn names() -> Vec<Case> {
    vec![
        action(
            quote!(event = "nuvlabox"),
            &[
                "event `nuvlabox` has no operation: write `<resource-type>.<operation>`, such as `nuvlabox.start` [EVT010]",
            ],
        ),
        action(
            quote!(event = "nuvlabox.stateChanged"),
            &["event `nuvlabox.stateChanged` is not kebab-case: write `nuvlabox.state-changed` [EVT011]"],
        ),
        action(
            quote!(event = "nuvlabox.reboot.failed"),
            &[
                "event `nuvlabox.reboot.failed`: `.failed` is added to the closing event: write `nuvlabox.reboot` [EVT012]",
            ],
        ),
        action(
            quote!(event = "nuvlabox.reboot", category = "actoin", severity = "hihg", subcategory = "Not Kebab"),
            &[
                "unknown category `actoin`: did you mean `action`? (one of `state`, `alarm`, `action`, `system`, `user`, `email`, `crud`); an own category is the path of a type with `#[category(\"…\")]`, without quotes [EVT013]",
                "`Not Kebab` is not kebab-case: write `not-kebab` [EVT011]",
                "unknown severity `hihg`: did you mean `high`? (one of `critical`, `high`, `medium`, `low`) [EVT014]",
            ],
        ),
        category(
            quote!("state"),
            quote!(
                struct State;
            ),
            &[
                "`state` is built in (as are `state`, `alarm`, `action`, `system`, `user`, `email`, `crud`): use it as a string, or choose another name [EVT015]",
            ],
        ),
        category(
            quote!(),
            quote!(
                struct Billing;
            ),
            &["the name of the category is missing: write `#[category(\"billing\")]` [EVT003]"],
        ),
        category(
            quote!("Billing"),
            quote!(
                struct Billing;
            ),
            &["`Billing` is not kebab-case: write `billing` [EVT011]"],
        ),
    ]
}

fn contents() -> Vec<Case> {
    vec![
        action(
            quote!(event = "nuvlabox.reboot", details(force, force = 1)),
            &["detail `force` is given twice: keep one [EVT020]"],
        ),
        category(
            quote!("billing", details(amount, amount?, 3)),
            quote!(
                struct Billing;
            ),
            &[
                "expected a detail: `amount`, `amount: u64` or, when it may be absent, `amount?` [EVT005]",
                "detail `amount` is given twice: keep one [EVT020]",
            ],
        ),
        action(
            quote!(event = "nuvlabox.state-changed", category = "state", details(force)),
            &["an event of category `state` records the state that was reached: add the detail `new_state` [EVT021]"],
        ),
        action(
            quote!(event = "nuvlabox.reboot", details(force), message = "{user} {details.forced} {"),
            &[
                "a message cannot show `{user}`: one of `{caller}`, `{resource}`, `{details.force}` [EVT022]",
                "a message cannot show `{details.forced}`: did you mean `{details.force}`? (one of `{caller}`, `{resource}`, `{details.force}`) [EVT022]",
                "a `{` is never closed: write `{{` for a brace [EVT023]",
            ],
        ),
        action(
            quote!(event = "nuvlabox.reboot", deferred(within = "1 hour")),
            &["`1 hour` is not a duration: write a number and a unit, such as `90s`, `15m`, `1h` or `2d` [EVT024]"],
        ),
        action(
            quote!(event = "nuvlabox.reboot", version = 0),
            &["`0` is not a version: write a number from 1 to 4294967295, such as `version = 2` [EVT025]"],
        ),
        action(
            quote!(event = "nuvlabox.reboot", details(force =, 3, size: u64)),
            &[
                "expected an expression: write `name`, `name = expression` or `name: Type = expression` [EVT005]",
                "expected identifier: write `name`, `name = expression` or `name: Type = expression` [EVT005]",
            ],
        ),
    ]
}

fn functions() -> Vec<Case> {
    vec![
        on(
            quote!(
                async fn f(name: String) -> R {
                    body
                }
            ),
            &[
                "no argument called `id` and no `self`: say which resource the event is about with `resource = <expression>`, or `resource = none` [EVT030]",
            ],
        ),
        on(
            quote!(
                fn f(id: Href<N>) -> R {
                    body
                }
            ),
            &["`#[action]` goes on an `async fn`: the opening event is stored before the body runs [EVT031]"],
        ),
        on(
            quote!(
                const fn f(id: Href<N>) -> R {
                    body
                }
            ),
            &["a `const fn` cannot be recorded: `#[action]` goes on an `async fn` [EVT031]"],
        ),
        on(
            quote!(
                async fn f(&self) -> R;
            ),
            &["a function without a body cannot be recorded: put `#[action]` on each implementation [EVT032]"],
        ),
        on(
            quote!(
                struct S;
            ),
            &["`#[action]` goes on an `async fn`, not on `struct`: `#[resource(events)]` goes here [EVT033]"],
        ),
        on(
            quote!(
                pub enum S {}
            ),
            &["`#[action]` goes on an `async fn`, not on `enum` [EVT033]"],
        ),
        on(
            quote!(impl S { async fn f() {} }),
            &["`#[action]` goes on an `async fn`, not on `impl`: `#[resource(events)]` goes here [EVT033]"],
        ),
        on(
            quote!(
                fn f(&self, __arg1: Path<Href<N>>) -> Pin<Box<dyn Future<Output = R>>> {
                    Box::pin(async move { body })
                }
            ),
            &[
                "`#[async_trait]` has already taken the argument patterns apart, so no `id` can be found in them: put `#[resource(events)]` above `#[async_trait]` on the impl, or say `resource = <expression>` [EVT034]",
            ],
        ),
        on(
            quote!(
                #[action(event = "nuvlabox.stop")]
                async fn f(&self) -> R {
                    body
                }
            ),
            &["a second `#[action]` on one function: one call is one operation, so keep one [EVT035]"],
        ),
    ]
}

fn resources() -> Vec<Case> {
    vec![
        resource(
            quote!(events),
            quote!(
                enum E {
                    A,
                }
            ),
            &["`#[resource(events)]` goes on a struct or on an `impl`, not on `enum` [EVT040]"],
        ),
        resource(
            quote!(events),
            quote!(
                async fn f() {}
            ),
            &[
                "`#[resource(events)]` goes on a struct or on an `impl`, not on `fn`: on a function it is `#[action(event = \"…\")]` [EVT040]",
            ],
        ),
        resource(
            quote!(events),
            quote!(
                struct Box<T> {
                    id: T,
                }
            ),
            &[
                "a resource type has one name, so its struct has no generic parameters: put `#[resource(events)]` on a struct without them [EVT041]",
            ],
        ),
        resource(
            quote!(),
            quote!(
                struct Nuvlabox {
                    id: Href<Nuvlabox>,
                }
            ),
            &[
                "missing `events`: write `#[resource(events)]`, or `#[resource(events(\"start\", …))]` for a closed set [EVT042]",
            ],
        ),
        resource(
            quote!(name = "x"),
            quote!(impl Nuvlabox {}),
            &[
                "missing `events`: write `#[resource(events)]` [EVT042]",
                "`name` belongs to the type: say it on the struct, not on an impl [EVT043]",
            ],
        ),
        resource(
            quote!(events("start")),
            quote!(impl Nuvlabox {}),
            &["the operations of a type are listed on its struct: on an impl write `events` alone [EVT043]"],
        ),
        resource(
            quote!(
                events("start", "Stop", "completed", "nuvlabox.edit", "start"),
                name = "NuvlaBox",
                id = idd,
                enabled = "no"
            ),
            quote!(
                struct Nuvlabox {
                    id: Href<Nuvlabox>,
                }
            ),
            &[
                "`Stop` is not kebab-case: write `stop` [EVT011]",
                "`completed` is reserved for closing events: choose another operation [EVT012]",
                "`nuvlabox.edit` is an event type: write the operation alone, `edit` [EVT011]",
                "operation `start` is listed twice: keep one [EVT044]",
                "`NuvlaBox` is not kebab-case: write `nuvla-box` [EVT011]",
                "`enabled` takes another kind of value: write `enabled = false` [EVT003]",
                "unknown field `idd`: did you mean `id`? (one of `id`) [EVT045]",
            ],
        ),
        resource(
            quote!(events, id = 2),
            quote!(
                struct Pair(A, B);
            ),
            &["`Pair` has 2 fields, the first of them is `0` [EVT045]"],
        ),
        resource(
            quote!(events),
            quote! {
                impl Deployment {
                    #[action(event = "deployment.start")]
                    async fn start(&self) -> R { body }
                    #[action(event = "deployment.start")]
                    async fn start_again(&self) -> R { body }
                    #[action(event = "deployment")]
                    async fn stop(&self) -> R { body }
                    #[cfg(unix)]
                    #[action(event = "deployment.start")]
                    async fn start_on_unix(&self) -> R { body }
                }
            },
            &[
                "event `deployment.start` is emitted by two functions: one event type stands for one operation [EVT035]",
                "event `deployment.start` is first emitted here [EVT035]",
                "event `deployment` has no operation: write `<resource-type>.<operation>`, such as `deployment.start` [EVT010]",
            ],
        ),
    ]
}

fn types() -> Vec<Case> {
    vec![
        details(
            quote!(
                #[event("a.b")]
                enum E {
                    A,
                }
            ),
            &["`EventDetails` is derived for a struct with named fields, one for each detail [EVT055]"],
        ),
        details(
            quote!(
                #[event("a.b")]
                struct E(u8);
            ),
            &["`EventDetails` is derived for a struct with named fields, one for each detail [EVT055]"],
        ),
        details(
            quote!(
                struct E {
                    a: u8,
                }
            ),
            &["missing `#[event(\"<resource-type>.<operation>\")]` under the derive [EVT004]"],
        ),
        details(
            quote!(
                #[event(category = "state")]
                #[event("a.b")]
                struct E {
                    a: u8,
                }
            ),
            &[
                "`#[event]` is given twice: keep one [EVT002]",
                "the event type comes first: write `#[event(\"<resource-type>.<operation>\", …)]` [EVT004]",
                "an event of category `state` records the state that was reached: add the detail `new_state` [EVT021]",
            ],
        ),
        details(
            quote!(
                #[event("a.b", deferred, payload(outcome))]
                struct E {
                    #[record(rename = "X")]
                    a: u8,
                }
            ),
            &[
                "`X` is not kebab-case: write `x` [EVT011]",
                "unknown key `deferred`: one of `category`, `subcategory`, `severity`, `resource`, `message`, `version`, `mandatory`, `allow_anon`, `krate` [EVT001]",
                "unknown key `payload`: one of `category`, `subcategory`, `severity`, `resource`, `message`, `version`, `mandatory`, `allow_anon`, `krate` [EVT001]",
            ],
        ),
        record(
            quote!(
                struct Pair(u8, u8);
            ),
            &["the fields of a tuple have no names to record them under: give them names, or keep one field [EVT056]"],
        ),
        record(
            quote!(
                enum E {
                    A(u8, u8),
                    B {
                        #[record(skipp)]
                        c: u8,
                    },
                }
            ),
            &[
                "the fields of a variant have no names to record them under: give them names, or keep one field [EVT056]",
                "unknown key `skipp`: did you mean `skip`? (one of `skip`, `rename`) [EVT001]",
            ],
        ),
        record(quote!(union U { a: u8 }), &["a union cannot say what it holds, so it cannot be recorded [EVT056]"]),
        category(
            quote!("billing"),
            quote!(
                fn f() {}
            ),
            &["`#[category(\"…\")]` goes on a type, such as `struct Billing;` [EVT057]"],
        ),
    ]
}

#[test]
fn each_mistake_is_named_with_what_to_write_and_all_are_reported_at_once() {
    for Case { of, arguments, item, messages } in cases() {
        let written = format!("{arguments} on {item}");
        let (_, found) = of.expand(arguments, item);
        assert_eq!(found, messages, "{written}");
    }
}

#[test]
fn every_code_has_a_case() {
    let said: String = cases().iter().flat_map(|case| case.messages).copied().collect();
    for code in codes::ALL {
        assert!(said.contains(&format!("[{code}]")), "{code} has no case");
    }
}

#[test]
fn the_item_is_emitted_whatever_is_wrong() {
    for Case { of, arguments, item, messages } in cases() {
        if !of.emits_item() || item.to_string().contains("# [action") {
            continue;
        }
        let (tokens, _) = of.expand(arguments, item.clone());
        let (found, written) = (squeezed(&tokens), squeezed(&item));
        assert!(found.starts_with(&written), "{messages:?}:\n{tokens}");
    }
}

/// The text without its blanks, which depend on how tokens were put together.
fn squeezed(tokens: &TokenStream) -> String {
    tokens.to_string().split_whitespace().collect()
}
