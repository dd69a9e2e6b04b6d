//! A map that forgets what was not used lately.

use std::{collections::HashMap, hash::Hash};

use crate::key_hash::KeyedAlready;

/// Values by key, up to a limit of what they weigh together.
///
/// Two generations: what is used goes to the young one; when that weighs half of the limit it becomes the old
/// one, and what nobody has used since is forgotten.
#[derive(Debug)]
pub(crate) struct Recent<K, V> {
    limit: usize,
    young: Generation<K, V>,
    old: Generation<K, V>,
}

#[derive(Debug)]
struct Generation<K, V> {
    values: HashMap<K, (V, usize), KeyedAlready>,
    weight: usize,
}

impl<K, V> Default for Generation<K, V> {
    fn default() -> Self {
        Self { values: HashMap::default(), weight: 0 }
    }
}

impl<K: Copy + Eq + Hash, V: Clone> Recent<K, V> {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, young: Generation::default(), old: Generation::default() }
    }

    pub(crate) fn get(&mut self, key: K) -> Option<V> {
        if let Some((value, _)) = self.young.values.get(&key) {
            return Some(value.clone());
        }
        let (value, weight) = self.old.values.remove(&key)?;
        self.old.weight -= weight;
        self.put(key, value.clone(), weight);
        Some(value)
    }

    /// Remembers a value, unless it weighs more than half of the limit on its own.
    pub(crate) fn put(&mut self, key: K, value: V, weight: usize) {
        let most = self.limit / 2;
        if weight > most {
            return;
        }
        if self.young.weight + weight > most {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.weight += weight;
        if let Some((_, replaced)) = self.young.values.insert(key, (value, weight)) {
            self.young.weight -= replaced;
        }
    }

    /// How many there are, and what they weigh.
    #[cfg(test)]
    pub(crate) fn size(&self) -> (usize, usize) {
        let generations = [&self.young, &self.old];
        let weights = generations.iter().flat_map(|generation| generation.values.values().map(|(_, weight)| *weight));
        (weights.clone().count(), weights.sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key_hash::KeyHash;

    #[test]
    fn what_is_used_stays_and_the_rest_is_bounded() {
        let mut recent = Recent::new(1_000);
        recent.put(KeyHash(1), 1, 10);
        for key in 2..5_000 {
            recent.put(KeyHash(key), key, 1 + (key % 50) as usize);
            assert_eq!(recent.get(KeyHash(1)), Some(1), "forgotten after {key} others");
            assert!(recent.size().1 <= 1_000);
        }
        let (values, weight) = recent.size();
        assert!(values > 10 && weight > 400, "{values} of {weight}");
        assert_eq!(recent.get(KeyHash(2)), None);
    }

    #[test]
    fn what_weighs_too_much_is_not_kept_and_a_replaced_value_weighs_no_more() {
        let mut recent = Recent::new(1_000);
        recent.put(KeyHash(1), 1, 501);
        assert_eq!((recent.get(KeyHash(1)), recent.size()), (None, (0, 0)));
        recent.put(KeyHash(1), 1, 100);
        recent.put(KeyHash(1), 2, 200);
        assert_eq!((recent.get(KeyHash(1)), recent.size()), (Some(2), (1, 200)));
    }
}
