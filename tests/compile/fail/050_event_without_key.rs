//! The event type without its key.

pub mod handlers {
    use scene::*;

    #[action("nuvlabox.reboot")]
//           ^^^^^^^^^^^^^^^^^ EVT005
    pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
        drop(id);
        Ok(())
    }
}
