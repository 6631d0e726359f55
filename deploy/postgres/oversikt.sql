-- Read once, by the image of Postgres, when its folder is new. The program's account owns its
-- database and is no superuser.
\getenv password PROGRAM_DB_PASSWORD
CREATE ROLE oversikt LOGIN PASSWORD :'password';
CREATE DATABASE oversikt OWNER oversikt;
