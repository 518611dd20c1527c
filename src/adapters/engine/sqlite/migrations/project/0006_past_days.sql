-- A session that goes on past midnight leaves what it came to with the day that is over.
ALTER TABLE reservations
  ADD COLUMN past_of INTEGER;
