CREATE TABLE things (id integer PRIMARY KEY, name text NOT NULL, price double precision NOT NULL);
INSERT INTO things SELECT i, 'thing ' || i, i / 4.0 FROM generate_series(1, 1000) AS i;
