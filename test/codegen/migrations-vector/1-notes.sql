create extension vector;
create table notes (id integer primary key, meaning vector(3));
