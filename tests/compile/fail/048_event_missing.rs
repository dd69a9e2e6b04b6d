//! An action that does not say its event.

pub mod handlers {
    use scene::*;

    #[action()]
//  ^^^^^^^^^^^ EVT004
    pub async fn reboot(id: Href<Nuvlabox>) -> Result<(), ApiError> {
        drop(id);
        Ok(())
    }
}
