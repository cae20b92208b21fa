//! The time that the head of a request may take, of one connection. A timer for each
//! request is set and dropped again within microseconds, each time under the runtime's
//! lock; here one is kept, which goes off early and is then set to what is meant.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use hyper::rt::{Sleep, Timer};
use tokio::time;

/// What hyper asks. One for each connection.
#[derive(Clone, Debug, Default)]
pub(super) struct HeadTimer(Arc<Mutex<Option<Running>>>);

/// A timer of the runtime's.
type Running = Pin<Box<time::Sleep>>;

impl Timer for HeadTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(self.now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        let kept = self.0.lock().ok().and_then(|mut kept| kept.take());
        // One that goes off too late is worth nothing.
        let kept = kept.filter(|running| running.deadline() <= deadline.into());
        let running = kept.unwrap_or_else(|| Box::pin(time::sleep_until(deadline.into())));
        Box::pin(Until { deadline, running: Some(running), kept: self.clone() })
    }

    fn now(&self) -> Instant {
        time::Instant::now().into()
    }
}

/// Waits for a deadline, with a timer that may go off before it.
struct Until {
    deadline: Instant,
    running: Option<Running>,
    kept: HeadTimer,
}

impl Future for Until {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let deadline = self.deadline.into();
        let Some(running) = self.running.as_mut() else { return Poll::Ready(()) };
        loop {
            ready!(running.as_mut().poll(cx));
            if running.deadline() >= deadline {
                return Poll::Ready(());
            }
            running.as_mut().reset(deadline);
        }
    }
}

impl Sleep for Until {}

impl Drop for Until {
    fn drop(&mut self) {
        if let Ok(mut kept) = self.kept.0.lock() {
            *kept = self.running.take();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn it_goes_off_when_it_is_meant_to() {
        let (timer, began) = (HeadTimer::default(), time::Instant::now());
        timer.sleep(10 * SECOND).await;
        assert_eq!(began.elapsed(), 10 * SECOND);
        timer.sleep(3 * SECOND).await;
        assert_eq!(began.elapsed(), 13 * SECOND);
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_was_dropped_lends_its_timer_to_the_next() {
        let (timer, began) = (HeadTimer::default(), time::Instant::now());
        for _ in 0..5 {
            let left = time::timeout(SECOND, timer.sleep(10 * SECOND)).await;
            assert!(left.is_err(), "too early");
        }
        timer.sleep(10 * SECOND).await;
        assert_eq!(began.elapsed(), 15 * SECOND, "ten after the last began");
        let (long, short) = (timer.sleep(9 * SECOND), timer.sleep(2 * SECOND));
        drop(long);
        short.await;
        assert_eq!(began.elapsed(), 17 * SECOND);
        timer.sleep(SECOND).await;
        assert_eq!(began.elapsed(), 18 * SECOND, "sooner than the one that was kept");
    }
}
