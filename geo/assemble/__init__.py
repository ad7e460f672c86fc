"""Sites from neighbouring land (拼地): what may be assembled, what touches what, which sets meet a demand."""
