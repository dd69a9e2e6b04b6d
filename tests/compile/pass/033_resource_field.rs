//! The resource is a field, whose type the compiler infers.

use scene::*;

pub struct Fleet {
    pub first: Deployment,
    pub name: String,
}

impl Fleet {
    #[action(event = "deployment.start", resource = self.first)]
    pub async fn start(&self) -> Result<(), ApiError> {
        Ok(())
    }

    #[action(event = "deployment.bulk-clone", resource = self.first.id)]
    pub async fn clone_all(&self) -> Result<(), ApiError> {
        Ok(())
    }

    #[action(event = "nuvlabox.reboot", resource = self.name.as_str())]
    pub async fn reboot(&self) -> Result<(), ApiError> {
        Ok(())
    }
}
