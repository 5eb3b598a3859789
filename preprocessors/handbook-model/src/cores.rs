//! Work shared out among the cores of the machine.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// A part of some work that needs no other part of it.
pub type Job<'j, T> = Box<dyn Fn() -> T + Sync + 'j>;

/// Does all jobs; what they come to, in their order.
///
/// # Panics
///
/// When a job does.
pub fn on_all_cores<T: Send>(jobs: &[Job<'_, T>]) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = jobs.get(at) else { return done };
            done.push((at, job()));
        }
    };
    let workers = thread::available_parallelism().map_or(1, usize::from).min(jobs.len());
    let mut done: Vec<(usize, T)> = thread::scope(|scope| {
        // This thread works as well.
        let others: Vec<_> = (1..workers).map(|_| scope.spawn(work)).collect();
        let mut done = work();
        for other in others {
            done.extend(other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        }
        done
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_jobs() {
        let jobs: Vec<Job<'_, usize>> =
            (0..100_usize).map(|at| Box::new(move || at * at) as Job<'_, usize>).collect();
        assert_eq!(on_all_cores(&jobs), (0..100).map(|at| at * at).collect::<Vec<_>>());
        assert!(on_all_cores::<()>(&[]).is_empty());
    }
}
