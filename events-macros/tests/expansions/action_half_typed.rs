async fn reboot (id :) -> Result { }
