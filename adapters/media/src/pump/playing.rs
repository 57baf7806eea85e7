//! Where a program is.

use crate::clip::Clip;
use crate::leg::{PlayKey, Program};
use std::sync::Arc;

/// A program that is being played.
pub(super) struct Playing {
    pub(super) key: PlayKey,
    program: Program,
    /// Which clip, and which frame of it.
    clip: usize,
    frame: usize,
}

impl Playing {
    pub(super) fn new(key: PlayKey, program: Program) -> Self {
        Self { key, program, clip: 0, frame: 0 }
    }

    /// Whether a key ends it.
    pub(super) fn barge_in(&self) -> bool {
        self.program.barge_in
    }

    /// The next frame: the clip that it is in, and its number there. `None` at the end.
    pub(super) fn next(&mut self) -> Option<(Arc<Clip>, usize)> {
        // Once round, and no further: a program without a single frame has an end, even when it repeats.
        for _ in 0..=self.program.clips.len() {
            match self.program.clips.get(self.clip) {
                Some(clip) if self.frame < clip.frames() => {
                    self.frame += 1;
                    return Some((Arc::clone(clip), self.frame - 1));
                }
                Some(_) => (self.clip, self.frame) = (self.clip + 1, 0),
                None if self.program.repeat => (self.clip, self.frame) = (0, 0),
                None => return None,
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn played(lengths: &[u64], repeat: bool, most: usize) -> Vec<usize> {
        let clips = lengths.iter().map(|n| Clip::silence(Duration::from_millis(n * 20))).collect();
        let mut playing = Playing::new(PlayKey(1), Program { clips, repeat, barge_in: false });
        std::iter::from_fn(|| playing.next()).map(|(_, frame)| frame).take(most).collect()
    }

    #[test]
    fn clips_follow_each_other_and_begin_again() {
        assert_eq!(played(&[2, 0, 1], false, 10), [0, 1, 0]);
        assert_eq!(played(&[2, 0, 1], true, 7), [0, 1, 0, 0, 1, 0, 0]);
        assert_eq!(played(&[], true, 3), []);
        assert_eq!(played(&[0, 0], true, 3), []);
    }
}
