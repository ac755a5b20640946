from visits import visits
