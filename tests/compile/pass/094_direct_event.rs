//! A direct event with every key.

use scene::*;

#[derive(EventDetails)]
#[event(
    "deployment.state-changed",
    category = "state",
    subcategory = "life",
    severity = "low",
    resource = Deployment,
    message = "{resource} is now {details.new_state}",
    version = 2,
    mandatory,
    allow_anon,
    krate = ::events
)]
pub struct Changed {
    pub old_state: Option<String>,
    pub new_state: String,
    #[record(skip)]
    pub secret: Secret,
    #[record(rename = "why")]
    pub r#because: &'static str,
}

pub async fn changed(id: &Href<Deployment>, event: Changed) -> Result<(), Refused> {
    emit(id, event).await?;
    Ok(())
}
