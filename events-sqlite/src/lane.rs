//! Searches that wait for a thread, with a turn for each caller: who asks most does not keep the others waiting.

use std::{
    collections::{HashMap, VecDeque},
    hash::{DefaultHasher, Hash, Hasher},
};

use events_core::{Claim, Viewer};

/// Who asks: a user, in whichever sessions and with whatever groups; where none is named, whoever has the same claims.
/// Those that are taken for one share a turn and the room that one may take, and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Asker(u64);

impl From<&Viewer> for Asker {
    fn from(viewer: &Viewer) -> Self {
        let claims = || viewer.claims().iter().map(Claim::as_str);
        let is_user = |claim: &&str| claim.starts_with("user/");
        let mut hasher = DefaultHasher::new();
        if claims().any(|claim| is_user(&claim)) {
            claims().filter(is_user).for_each(|user| user.hash(&mut hasher));
        } else {
            claims().filter(|claim| !claim.starts_with("session/")).for_each(|claim| claim.hash(&mut hasher));
        }
        Self(hasher.finish())
    }
}

/// What waits, in the order of turns; of one caller, in the order in which it came.
#[derive(Debug)]
pub(crate) struct Lane<J> {
    /// Nobody is here who has nothing waiting.
    of: HashMap<Asker, VecDeque<J>>,
    turns: VecDeque<Asker>,
    waiting: usize,
    /// So many may wait; more are refused at once.
    most: usize,
}

impl<J> Lane<J> {
    pub(crate) fn with_room_for(most: usize) -> Self {
        Self { of: HashMap::new(), turns: VecDeque::new(), waiting: 0, most }
    }

    /// How many of one caller may wait: it leaves room for others.
    fn most_of_one(&self) -> usize {
        self.most / 4
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting == 0
    }

    /// Adds a search; gives it back where there is no room.
    pub(crate) fn push(&mut self, asker: Asker, job: J) -> Result<(), J> {
        let own = self.of.get(&asker).map_or(0, VecDeque::len);
        if self.waiting >= self.most || own >= self.most_of_one() {
            return Err(job);
        }
        let jobs = self.of.entry(asker).or_default();
        if jobs.is_empty() {
            self.turns.push_back(asker);
        }
        jobs.push_back(job);
        self.waiting += 1;
        Ok(())
    }

    /// The search whose turn it is.
    pub(crate) fn pop(&mut self) -> Option<J> {
        let asker = self.turns.pop_front()?;
        let jobs = self.of.get_mut(&asker)?;
        let job = jobs.pop_front();
        self.waiting -= usize::from(job.is_some());
        if jobs.is_empty() {
            self.of.remove(&asker);
        } else {
            self.turns.push_back(asker);
        }
        job
    }

    /// Takes out those that need not wait any longer.
    pub(crate) fn take_out(&mut self, mut is_over: impl FnMut(&J) -> bool) -> Vec<J> {
        let mut over = Vec::new();
        for jobs in self.of.values_mut() {
            for job in std::mem::take(jobs) {
                if is_over(&job) { over.push(job) } else { jobs.push_back(job) }
            }
        }
        self.of.retain(|_, jobs| !jobs.is_empty());
        self.turns.retain(|asker| self.of.contains_key(asker));
        self.waiting -= over.len();
        over
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &J> {
        self.of.values().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Asker = Asker(1);
    const OTHER: Asker = Asker(2);

    #[test]
    fn turns_alternate_however_many_one_caller_has_waiting() {
        let mut lane = Lane::with_room_for(100);
        for job in [1, 2, 3] {
            lane.push(ONE, job).unwrap();
        }
        lane.push(OTHER, 10).unwrap();
        assert_eq!(std::iter::from_fn(|| lane.pop()).collect::<Vec<_>>(), [1, 10, 2, 3]);
        assert!(lane.is_empty());
    }

    #[test]
    fn one_caller_leaves_room_for_others() {
        let mut lane = Lane::with_room_for(100);
        (0..25).for_each(|job| lane.push(ONE, job).unwrap());
        assert_eq!(lane.push(ONE, 25), Err(25));
        lane.push(OTHER, 26).unwrap();
        assert_eq!(lane.take_out(|job| *job < 24).len(), 24);
        lane.push(ONE, 27).unwrap();
        assert_eq!(lane.iter().count(), 3);
    }

    #[test]
    fn a_lane_is_bounded_whoever_asks() {
        let mut lane = Lane::with_room_for(100);
        let taken = (0..200).filter(|job| lane.push(Asker(*job), *job).is_ok());
        assert_eq!(taken.count(), 100);
    }

    #[test]
    fn a_caller_is_its_user_and_not_its_session() {
        let asker = |claims: &[&str]| {
            Asker::from(&Viewer::with_claims(claims.iter().map(|claim| claim.parse::<Claim>().unwrap())))
        };
        let jane = asker(&["user/jane", "group/nuvla-user", "session/1"]);
        assert_eq!(jane, asker(&["user/jane", "group/nuvla-user", "session/2"]));
        assert_eq!(jane, asker(&["user/jane", "group/fleet", "group/nuvla-admin"]));
        assert_ne!(jane, asker(&["user/joe", "group/nuvla-user", "session/1"]));
        let device = asker(&["nuvlabox/1", "group/nuvla-nuvlabox", "session/1"]);
        assert_eq!(device, asker(&["nuvlabox/1", "group/nuvla-nuvlabox", "session/2"]));
        assert_ne!(device, asker(&["nuvlabox/2", "group/nuvla-nuvlabox", "session/1"]));
    }
}
