//! A method that nobody calls is still warned about.

#![deny(dead_code)]

use scene::*;

#[resource(events)]
pub struct Device {
    pub id: Href<Device>,
}

#[resource(events)]
impl Device {
    #[action(event = "device.reboot")]
    async fn reboot(&self) -> Result<(), ApiError> {
//           ^^^^^^ dead_code
        Ok(())
    }
}
