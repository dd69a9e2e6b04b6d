//! A misspelt detail of the category: it is asked about. On a method.

use scene::*;

pub struct Fleet;

impl Fleet {
    #[action(event = "nuvlabox.reboot", category = Billing, details(amont: u64 = 7, currency: &str = "EUR"))]
//                                                 ^^^^^^^ EVT026
    pub async fn reboot(&self, id: Href<Nuvlabox>) -> Result<(), ApiError> {
        drop(id);
        Ok(())
    }
}
