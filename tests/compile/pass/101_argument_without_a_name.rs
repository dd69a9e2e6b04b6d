//! Arguments that nobody reads, in a function, a method and a method of a trait.

use scene::*;

#[action(event = "nuvlabox.reboot")]
pub async fn reboot(id: Href<Nuvlabox>, _: Secret, _: impl Fn() + Send) -> Result<(), ApiError> {
    drop(id);
    Ok(())
}

#[resource(events)]
pub struct Device {
    pub id: Href<Device>,
}

#[resource(events)]
impl Device {
    #[action(event = "device.reset")]
    pub async fn reset(&self, _: &str) -> Result<(), ApiError> {
        Ok(())
    }
}

#[async_trait::async_trait]
pub trait Resets {
    async fn reset(&self, _: String) -> Result<(), ApiError>;
}

#[resource(events)]
#[async_trait::async_trait]
impl Resets for Deployment {
    #[action(event = "deployment.update")]
    async fn reset(&self, _: String) -> Result<(), ApiError> {
        Ok(())
    }
}

#[async_trait::async_trait]
impl Resets for Nuvlabox {
    #[action(event = "nuvlabox.recover", resource = self)]
    async fn reset(&self, _: String) -> Result<(), ApiError> {
        Ok(())
    }
}
