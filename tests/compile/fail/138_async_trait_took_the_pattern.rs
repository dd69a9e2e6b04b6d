//! `#[async_trait]` has taken the patterns apart.

use scene::*;

#[async_trait::async_trait]
pub trait Fleet {
    async fn reboot(&self, id: Path<Href<Nuvlabox>>) -> Result<(), ApiError>;
}

pub struct Local;

#[async_trait::async_trait]
impl Fleet for Local {
    #[action(event = "nuvlabox.reboot")]
    async fn reboot(&self, Path(id): Path<Href<Nuvlabox>>) -> Result<(), ApiError> {
//           ^^^^^^ EVT034
        drop(id);
        Ok(())
    }
}
