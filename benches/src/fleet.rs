//! The fixed generator: annotated handlers of an edge fleet, who calls them, and with what.
//!
//! What the store is measured with is recorded through these handlers, so that everything an
//! application pays for is included: declaration, policy, context, ACL, document, queue, guard.

use std::{
    sync::{Arc, LazyLock},
    time::{Duration, Instant},
};

use events::{BoxFuture, Event, ResourceDirectory, memory::MemoryStore, prelude::*};

use crate::Result;

/// An edge device.
#[resource(events)]
pub(crate) struct Nuvlabox {
    /// Its id.
    pub(crate) id: Href<Nuvlabox>,
}

/// What a reboot may be asked to do.
#[derive(Clone, Debug)]
pub(crate) struct RebootOptions {
    pub(crate) force: bool,
    pub(crate) delay_seconds: u32,
    pub(crate) release: &'static str,
}

/// Two durable events of about 1 KB. Says when its first instruction ran: what is before is the wait
/// for the opening.
#[action(
    event = "nuvlabox.reboot",
    category = "action",
    severity = "high",
    details(force: bool = options.force, delay_seconds: u32 = options.delay_seconds, release: &'static str = options.release)
)]
pub(crate) async fn reboot(id: &Href<Nuvlabox>, options: &RebootOptions) -> std::result::Result<Instant, Refused> {
    Ok(Instant::now())
}

/// The same without the attribute.
pub(crate) async fn reboot_unannotated(
    _id: &Href<Nuvlabox>,
    _options: &RebootOptions,
) -> std::result::Result<Instant, Refused> {
    Ok(Instant::now())
}

/// A call: who, what, how.
#[derive(Clone, Debug)]
pub(crate) struct Draw {
    pub(crate) context: Context,
    pub(crate) id: Href<Nuvlabox>,
    pub(crate) options: RebootOptions,
}

impl Draw {
    /// Runs the handler once; how long its opening and its closing took to be acknowledged.
    pub(crate) async fn perform(&self) -> std::result::Result<[Duration; 2], Refused> {
        let begun = Instant::now();
        let ran = events::scope(self.context.clone(), reboot(&self.id, &self.options)).await?;
        Ok([ran.duration_since(begun), ran.elapsed()])
    }
}

const DEVICES: u64 = 1_000;
const USERS: u64 = 50;
const RELEASES: [&str; 4] = ["2.17.0", "2.17.1", "2.18.0-rc.1", "3.0.0"];

static CONTEXTS: LazyLock<Vec<Context>> = LazyLock::new(|| (0..USERS).map(context).collect());

fn context(user: u64) -> Context {
    let group = user % 8;
    let caller = Caller::user(&format!("user/5b24c2d6-3f6e-4f7f-9e5c-{user:012x}"))
        .and_then(|caller| caller.acting_as(&format!("group/fleet-{group}")))
        .and_then(|caller| caller.in_session(&format!("session/c1d1f6ce-90a2-4b0b-8d39-{user:012x}")))
        .and_then(|caller| caller.with_claim("group/nuvla-user"))
        .and_then(|caller| caller.with_claim(&format!("group/fleet-{group}")));
    let trace = format!("00-4bf92f3577b34da6a3ce929d{user:08x}-00f067aa0ba902b7-01");
    Context::new(caller.expect("numbered users and groups are claims")).with_trace(&trace)
}

/// Draws calls: the same seed gives the same calls. An xorshift generator by Marsaglia.
#[derive(Clone, Debug)]
pub(crate) struct Draws(u64);

impl Draws {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    pub(crate) fn draw(&mut self) -> Draw {
        let device = self.below(DEVICES);
        let id = format!("nuvlabox/4d5e9f57-8a44-4f0c-b0b7-{device:012x}");
        Draw {
            context: CONTEXTS[self.below(USERS) as usize].clone(),
            id: id.parse().expect("a device's href is an href"),
            options: RebootOptions {
                force: self.below(4) == 0,
                delay_seconds: 30 * self.below(5) as u32,
                release: RELEASES[self.below(4) as usize],
            },
        }
    }
}

/// Where the ACLs of the devices are found: in memory, as an application that caches them.
#[derive(Debug)]
pub(crate) struct FleetAcls(Vec<Acl>);

impl FleetAcls {
    pub(crate) fn new() -> Self {
        Self((0..8).map(acl).collect())
    }
}

fn acl(group: u64) -> Acl {
    let claim = |text: String| text.parse::<Claim>().expect("a numbered group is a claim");
    Acl::owned_by(claim(format!("group/fleet-{group}")))
        .granting(Right::Manage, claim("group/operations".to_owned()))
        .granting(Right::ViewData, claim(format!("group/support-{}", group % 3)))
}

impl ResourceDirectory for FleetAcls {
    fn acl<'d>(
        &'d self,
        resource: &'d AnyHref,
    ) -> BoxFuture<'d, std::result::Result<Option<Acl>, Box<dyn std::error::Error + Send + Sync>>> {
        let device = resource.as_str().as_bytes().last().copied().unwrap_or_default();
        Box::pin(async move { Ok(Some(self.0[usize::from(device) % self.0.len()].clone())) })
    }
}

/// The two events of some calls, as they are recorded: what floor and peers store.
pub(crate) fn recorded_pairs(calls: usize) -> Result<Arc<Vec<[Event; 2]>>> {
    let store = MemoryStore::new();
    let manager = EventManager::builder(store.clone()).resources(FleetAcls::new()).build()?;
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let mut draws = Draws::new(1);
    for _ in 0..calls {
        let draw = draws.draw();
        runtime.block_on(manager.scope(draw.perform()))?;
    }
    let events = store.events();
    let pairs = events.chunks_exact(2).map(|pair| [pair[0].clone(), pair[1].clone()]);
    Ok(Arc::new(pairs.collect()))
}
