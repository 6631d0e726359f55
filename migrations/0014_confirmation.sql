-- +goose Up

-- How long a confirmation holds. Telephone, hours, links and prices change more often than
-- what an offering is. Twelve and six months unless a type gives a reason for another:
-- groups and courses follow the school year; the state's offices and national lines are
-- stable and many depend on them, so they are asked about as often as the rest.
ALTER TABLE offering_types
    ADD COLUMN confirm_months integer NOT NULL DEFAULT 12 CHECK (confirm_months BETWEEN 1 AND 36),
    ADD COLUMN contacts_months integer NOT NULL DEFAULT 6 CHECK (contacts_months BETWEEN 1 AND 36);
COMMENT ON COLUMN offering_types.confirm_months IS 'how long a confirmation of all of an offering holds';
COMMENT ON COLUMN offering_types.contacts_months IS 'how long one of telephone, e-mail, links, hours and price holds';

ALTER TABLE offerings ADD COLUMN contacts_confirmed_at timestamptz;
COMMENT ON COLUMN offerings.contacts_confirmed_at IS 'when telephone, e-mail, links, hours and price were last said to be right, alone or with the rest';
UPDATE offerings SET contacts_confirmed_at = confirmed_at WHERE confirmed_at IS NOT NULL;

-- Who was asked by mail to confirm what. The link in the mail is for the owner, whoever
-- reads it: it goes on when an account is disabled.
CREATE TABLE confirmations (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash bytea NOT NULL UNIQUE CHECK (length(hash) = 32),
    kommune_number kommune_number REFERENCES kommuner (number),
    organization_id bigint REFERENCES organizations (id),
    stage text NOT NULL CHECK (stage IN ('30', '14', '3', 'vikar', 'postmottak')),
    round date NOT NULL,
    sent_to text[] NOT NULL CHECK (cardinality(sent_to) > 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    CHECK ((kommune_number IS NULL) <> (organization_id IS NULL)),
    UNIQUE NULLS NOT DISTINCT (kommune_number, organization_id, round, stage)
);
COMMENT ON COLUMN confirmations.stage IS 'days left when it was sent, or who was asked when the managers had not answered';
COMMENT ON COLUMN confirmations.round IS 'the day on which the first of the owner''s confirmations runs out; one row a stage of a round is what keeps mails from going twice';

CREATE TABLE confirmation_offerings (
    confirmation_id bigint NOT NULL REFERENCES confirmations (id) ON DELETE CASCADE,
    offering_id bigint NOT NULL REFERENCES offerings (id),
    version integer NOT NULL,
    all_of_it boolean NOT NULL,
    confirmed_at timestamptz,
    PRIMARY KEY (confirmation_id, offering_id)
);
COMMENT ON COLUMN confirmation_offerings.all_of_it IS 'the whole offering is due, not its contacts alone';
