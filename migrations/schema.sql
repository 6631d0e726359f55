--
-- PostgreSQL database dump
--



SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: fylke_number; Type: DOMAIN; Schema: public; Owner: -
--

CREATE DOMAIN public.fylke_number AS text
	CONSTRAINT fylke_number_check CHECK ((VALUE ~ '^[0-9]{2}$'::text));


--
-- Name: kommune_number; Type: DOMAIN; Schema: public; Owner: -
--

CREATE DOMAIN public.kommune_number AS text
	CONSTRAINT kommune_number_check CHECK ((VALUE ~ '^[0-9]{4}$'::text));


--
-- Name: org_number_valid(text); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.org_number_valid(n text) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $_$
    SELECT n ~ '^[0-9]{9}$' AND (11 - (
        substr(n, 1, 1)::int * 3 + substr(n, 2, 1)::int * 2 + substr(n, 3, 1)::int * 7 +
        substr(n, 4, 1)::int * 6 + substr(n, 5, 1)::int * 5 + substr(n, 6, 1)::int * 4 +
        substr(n, 7, 1)::int * 3 + substr(n, 8, 1)::int * 2) % 11) % 11 = substr(n, 9, 1)::int
$_$;


--
-- Name: org_number; Type: DOMAIN; Schema: public; Owner: -
--

CREATE DOMAIN public.org_number AS text
	CONSTRAINT org_number_check CHECK (((VALUE ~ '^[0-9]{9}$'::text) AND public.org_number_valid(VALUE)));


--
-- Name: partial_date; Type: DOMAIN; Schema: public; Owner: -
--

CREATE DOMAIN public.partial_date AS text
	CONSTRAINT partial_date_check CHECK ((VALUE ~ '^[12][0-9]{3}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?$'::text));


--
-- Name: phone_number; Type: DOMAIN; Schema: public; Owner: -
--

CREATE DOMAIN public.phone_number AS text
	CONSTRAINT phone_number_check CHECK (((VALUE ~ '^(\+[1-9][0-9]{6,14}|1[0-9]{2}|116[0-9]{3}|0[0-9]{4})$'::text) AND (VALUE !~ '^\+4782[09]'::text) AND ((VALUE !~ '^\+47'::text) OR (VALUE ~ '^\+47[2-9][0-9]{7}$'::text))));


--
-- Name: postal_code; Type: DOMAIN; Schema: public; Owner: -
--

CREATE DOMAIN public.postal_code AS text
	CONSTRAINT postal_code_check CHECK ((VALUE ~ '^[0-9]{4}$'::text));


--
-- Name: append_only(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$$;


--
-- Name: changes_notify(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.changes_notify() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NOTIFY changes;
    RETURN NULL;
END
$$;


--
-- Name: jobs_notify(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.jobs_notify() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NOTIFY jobs;
    RETURN NULL;
END
$$;


--
-- Name: offerings_status_guard(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.offerings_status_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    IF NEW.status <> OLD.status AND NOT EXISTS (
        SELECT FROM status_transitions WHERE from_status = OLD.status AND to_status = NEW.status
    ) THEN
        RAISE EXCEPTION 'offering %: status cannot go from % to %', OLD.id, OLD.status, NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'offerings_status_transition';
    END IF;
    RETURN NEW;
END
$$;


--
-- Name: revisions_append_only(); Type: FUNCTION; Schema: public; Owner: -
--

CREATE FUNCTION public.revisions_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    RAISE EXCEPTION 'revisions are append-only: % refused', TG_OP USING ERRCODE = 'restrict_violation';
END
$$;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: accounts; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.accounts (
    id bigint NOT NULL,
    uuid uuid DEFAULT gen_random_uuid() NOT NULL,
    email text NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    national_editor boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    signed_in_at timestamp with time zone,
    disabled_at timestamp with time zone,
    CONSTRAINT accounts_email_check CHECK (((email = lower(email)) AND (email ~ '^[^@\s]+@[^@\s]+\.[^@\s.]+$'::text))),
    CONSTRAINT accounts_name_check CHECK ((length(name) <= 200))
);


--
-- Name: COLUMN accounts.uuid; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.accounts.uuid IS 'also the user handle of passkeys';


--
-- Name: accounts_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.accounts ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.accounts_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: apps; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.apps (
    account_id bigint NOT NULL,
    secret text NOT NULL,
    last_step bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT apps_secret_check CHECK ((secret <> ''::text))
);


--
-- Name: COLUMN apps.secret; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.apps.secret IS 'in plain: codes are computed from it, and a key beside the database would be lost or leak with it';


--
-- Name: COLUMN apps.last_step; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.apps.last_step IS 'the 30 seconds of the last code that was taken: none is taken twice, nor an earlier one';


--
-- Name: articles; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.articles (
    section text NOT NULL,
    slug text NOT NULL,
    uuid uuid DEFAULT gen_random_uuid() NOT NULL,
    source text NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    confirmed_at timestamp with time zone,
    confirmed_by text,
    language text DEFAULT 'nb'::text NOT NULL,
    CONSTRAINT articles_confirmed_by_check CHECK ((confirmed_by <> ''::text)),
    CONSTRAINT articles_confirmed_check CHECK (((confirmed_at IS NULL) = (confirmed_by IS NULL))),
    CONSTRAINT articles_language_check CHECK ((language = ANY (ARRAY['nb'::text, 'nn'::text, 'en'::text]))),
    CONSTRAINT articles_section_check CHECK ((section = ANY (ARRAY['ta-vare-pa-deg-selv'::text, 'ta-vare-pa-den-syke'::text, 'ta-vare-pa-familien'::text, 'ta-vare-pa-barna'::text, 'mote-med-helsetjenesten'::text]))),
    CONSTRAINT articles_slug_check CHECK ((slug ~ '^([a-z0-9]+(-[a-z0-9]+)*)?$'::text)),
    CONSTRAINT articles_source_check CHECK ((source <> ''::text)),
    CONSTRAINT articles_version_check CHECK ((version > 0))
);


--
-- Name: COLUMN articles.slug; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.articles.slug IS 'empty for the text of the section itself';


--
-- Name: COLUMN articles.source; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.articles.source IS 'front matter and Markdown, as article.Parse reads it';


--
-- Name: COLUMN articles.confirmed_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.articles.confirmed_at IS 'when somebody last said that laws, figures and links are right; saving does not';


--
-- Name: COLUMN articles.confirmed_by; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.articles.confirmed_by IS 'the actor, as in revisions';


--
-- Name: batch_offerings; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.batch_offerings (
    batch_id bigint NOT NULL,
    offering_id bigint NOT NULL,
    version integer NOT NULL,
    created boolean NOT NULL
);


--
-- Name: COLUMN batch_offerings.version; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.batch_offerings.version IS 'of the offering after the batch';


--
-- Name: batches; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.batches (
    id bigint NOT NULL,
    kommune_number public.kommune_number,
    organization_id bigint,
    title text NOT NULL,
    actor text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    undone_at timestamp with time zone,
    undone_by text,
    CONSTRAINT batches_actor_check CHECK ((actor <> ''::text)),
    CONSTRAINT batches_check CHECK (((kommune_number IS NULL) <> (organization_id IS NULL))),
    CONSTRAINT batches_check1 CHECK (((undone_at IS NULL) = (undone_by IS NULL))),
    CONSTRAINT batches_title_check CHECK (((title <> ''::text) AND (length(title) <= 300))),
    CONSTRAINT batches_undone_by_check CHECK ((undone_by <> ''::text))
);


--
-- Name: COLUMN batches.title; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.batches.title IS 'what was done: the name of the file, or what was put in place of what';


--
-- Name: batches_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.batches ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.batches_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: challenges; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.challenges (
    hash bytea NOT NULL,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT challenges_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT challenges_kind_check CHECK ((kind = ANY (ARRAY['passnokkel'::text, 'bekreft'::text, 'ny-passnokkel'::text, 'app'::text, 'oidc'::text])))
);


--
-- Name: COLUMN challenges.hash; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.challenges.hash IS 'of the secret in the browser''s cookie';


--
-- Name: changes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.changes (
    id bigint NOT NULL,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    kind text NOT NULL,
    ref text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT changes_kind_check CHECK ((kind = ANY (ARRAY['offering'::text, 'course'::text, 'kommune'::text, 'outline'::text, 'fylke'::text, 'article'::text, 'group'::text, 'type'::text, 'term'::text, 'expression'::text, 'place'::text, 'statistics'::text, 'reindex'::text])))
);


--
-- Name: COLUMN changes.kind; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.changes.kind IS 'reindex: a wish that every node builds its index anew';


--
-- Name: changes_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.changes ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.changes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: confirmation_offerings; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.confirmation_offerings (
    confirmation_id bigint NOT NULL,
    offering_id bigint NOT NULL,
    version integer NOT NULL,
    all_of_it boolean NOT NULL,
    confirmed_at timestamp with time zone
);


--
-- Name: COLUMN confirmation_offerings.all_of_it; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.confirmation_offerings.all_of_it IS 'the whole offering is due, not its contacts alone';


--
-- Name: confirmations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.confirmations (
    id bigint NOT NULL,
    hash bytea NOT NULL,
    kommune_number public.kommune_number,
    organization_id bigint,
    stage text NOT NULL,
    round date NOT NULL,
    sent_to text[] NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT confirmations_check CHECK (((kommune_number IS NULL) <> (organization_id IS NULL))),
    CONSTRAINT confirmations_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT confirmations_sent_to_check CHECK ((cardinality(sent_to) > 0)),
    CONSTRAINT confirmations_stage_check CHECK ((stage = ANY (ARRAY['30'::text, '14'::text, '3'::text, 'vikar'::text, 'postmottak'::text])))
);


--
-- Name: COLUMN confirmations.stage; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.confirmations.stage IS 'days left when it was sent, or who was asked when the managers had not answered';


--
-- Name: COLUMN confirmations.round; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.confirmations.round IS 'the day on which the first of the owner''s confirmations runs out; one row a stage of a round is what keeps mails from going twice';


--
-- Name: confirmations_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.confirmations ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.confirmations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: course_dates; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.course_dates (
    course_id bigint NOT NULL,
    "position" integer NOT NULL,
    on_date date NOT NULL,
    starts text,
    ends text,
    cancelled boolean DEFAULT false NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    CONSTRAINT course_dates_check CHECK (((ends IS NULL) OR ((starts IS NOT NULL) AND (ends > starts)))),
    CONSTRAINT course_dates_ends_check CHECK ((ends ~ '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$'::text)),
    CONSTRAINT course_dates_starts_check CHECK ((starts ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'::text))
);


--
-- Name: COLUMN course_dates.starts; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.course_dates.starts IS 'local time, HH:MM; null: only the day is known';


--
-- Name: course_terms; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.course_terms (
    course_id bigint NOT NULL,
    kind text NOT NULL,
    code text NOT NULL,
    CONSTRAINT course_terms_kind_check CHECK ((kind = ANY (ARRAY['malgruppe'::text, 'tema'::text])))
);


--
-- Name: courses; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.courses (
    id bigint NOT NULL,
    uuid uuid DEFAULT gen_random_uuid() NOT NULL,
    offering_id bigint NOT NULL,
    title text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    audience text DEFAULT ''::text NOT NULL,
    languages text[] DEFAULT '{}'::text[] NOT NULL,
    format text NOT NULL,
    has_place boolean DEFAULT false NOT NULL,
    place_name text DEFAULT ''::text NOT NULL,
    street text DEFAULT ''::text NOT NULL,
    postal_code public.postal_code,
    postal_place text DEFAULT ''::text NOT NULL,
    kommune_number public.kommune_number,
    lat double precision,
    lon double precision,
    confidential boolean DEFAULT false NOT NULL,
    cost_kind text,
    cost_text text DEFAULT ''::text NOT NULL,
    sign_up_kind text,
    sign_up_url text,
    sign_up_email text,
    sign_up_phone public.phone_number,
    sign_up_deadline date,
    sign_up_text text DEFAULT ''::text NOT NULL,
    status text NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT courses_audience_check CHECK ((length(audience) <= 600)),
    CONSTRAINT courses_check CHECK (((lat IS NULL) = (lon IS NULL))),
    CONSTRAINT courses_check1 CHECK ((has_place OR ((place_name = ''::text) AND (street = ''::text) AND (postal_code IS NULL) AND (postal_place = ''::text) AND (kommune_number IS NULL) AND (lat IS NULL) AND (NOT confidential)))),
    CONSTRAINT courses_check2 CHECK (((NOT has_place) OR (format <> 'digitalt'::text))),
    CONSTRAINT courses_cost_kind_check CHECK ((cost_kind = ANY (ARRAY['gratis'::text, 'betaling'::text]))),
    CONSTRAINT courses_description_check CHECK ((length(description) <= 10000)),
    CONSTRAINT courses_format_check CHECK ((format = ANY (ARRAY['oppmote'::text, 'digitalt'::text, 'begge'::text]))),
    CONSTRAINT courses_lat_check CHECK (((lat >= (57)::double precision) AND (lat <= (81)::double precision))),
    CONSTRAINT courses_lon_check CHECK (((lon >= ('-10'::integer)::double precision) AND (lon <= (34)::double precision))),
    CONSTRAINT courses_sign_up_email_check CHECK ((sign_up_email ~ '^[^@\s]+@[^@\s]+\.[^@\s.]+$'::text)),
    CONSTRAINT courses_sign_up_kind_check CHECK ((sign_up_kind = ANY (ARRAY['pamelding'::text, 'motopp'::text]))),
    CONSTRAINT courses_sign_up_url_check CHECK ((sign_up_url ~ '^https?://'::text)),
    CONSTRAINT courses_status_check CHECK ((status = ANY (ARRAY['utkast'::text, 'apen'::text, 'full'::text, 'avlyst'::text, 'slettet'::text]))),
    CONSTRAINT courses_title_check CHECK (((title <> ''::text) AND (length(title) <= 200))),
    CONSTRAINT courses_version_check CHECK ((version > 0))
);


--
-- Name: TABLE courses; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.courses IS 'courses and groups on certain days; coverage and owner are the offering''s';


--
-- Name: COLUMN courses.confidential; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.courses.confidential IS 'the place is never shown to readers';


--
-- Name: COLUMN courses.sign_up_kind; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.courses.sign_up_kind IS 'null: not known';


--
-- Name: courses_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.courses ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.courses_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: coverage_days; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.coverage_days (
    day date NOT NULL,
    type_code text,
    fylke_number public.fylke_number,
    kommuner integer NOT NULL,
    in_kommune integer NOT NULL,
    from_elsewhere integer NOT NULL,
    people integer NOT NULL,
    people_in integer NOT NULL,
    people_covered integer NOT NULL,
    offerings integer NOT NULL,
    in_time integer NOT NULL,
    confirmed_6 integer NOT NULL,
    confirmed_12 integer NOT NULL,
    confirmed_24 integer NOT NULL,
    confirmed_older integer NOT NULL,
    median_days integer,
    CONSTRAINT coverage_days_check CHECK (((people_covered >= people_in) AND (people_covered <= people))),
    CONSTRAINT coverage_days_check1 CHECK (((in_kommune + from_elsewhere) <= kommuner)),
    CONSTRAINT coverage_days_check2 CHECK ((in_time <= (((confirmed_6 + confirmed_12) + confirmed_24) + confirmed_older))),
    CONSTRAINT coverage_days_check3 CHECK (((((confirmed_6 + confirmed_12) + confirmed_24) + confirmed_older) <= offerings)),
    CONSTRAINT coverage_days_confirmed_12_check CHECK ((confirmed_12 >= 0)),
    CONSTRAINT coverage_days_confirmed_24_check CHECK ((confirmed_24 >= 0)),
    CONSTRAINT coverage_days_confirmed_6_check CHECK ((confirmed_6 >= 0)),
    CONSTRAINT coverage_days_confirmed_older_check CHECK ((confirmed_older >= 0)),
    CONSTRAINT coverage_days_from_elsewhere_check CHECK ((from_elsewhere >= 0)),
    CONSTRAINT coverage_days_in_kommune_check CHECK ((in_kommune >= 0)),
    CONSTRAINT coverage_days_in_time_check CHECK ((in_time >= 0)),
    CONSTRAINT coverage_days_kommuner_check CHECK ((kommuner >= 0)),
    CONSTRAINT coverage_days_median_days_check CHECK ((median_days >= 0)),
    CONSTRAINT coverage_days_offerings_check CHECK ((offerings >= 0)),
    CONSTRAINT coverage_days_people_check CHECK ((people >= 0)),
    CONSTRAINT coverage_days_people_in_check CHECK ((people_in >= 0))
);


--
-- Name: TABLE coverage_days; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.coverage_days IS 'counted from the index, as readers see it, once a day';


--
-- Name: COLUMN coverage_days.day; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.coverage_days.day IS 'in Norway';


--
-- Name: COLUMN coverage_days.type_code; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.coverage_days.type_code IS 'null: all types';


--
-- Name: COLUMN coverage_days.fylke_number; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.coverage_days.fylke_number IS 'null: the country';


--
-- Name: COLUMN coverage_days.in_kommune; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.coverage_days.in_kommune IS 'kommuner that have it';


--
-- Name: COLUMN coverage_days.from_elsewhere; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.coverage_days.from_elsewhere IS 'kommuner that something for a larger area, or of another kommune, covers';


--
-- Name: COLUMN coverage_days.in_time; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.coverage_days.in_time IS 'offerings that were confirmed and are not due again';


--
-- Name: COLUMN coverage_days.confirmed_12; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.coverage_days.confirmed_12 IS 'in the last 12 months and not in the last 6; likewise the others';


--
-- Name: COLUMN coverage_days.median_days; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.coverage_days.median_days IS 'since what is said was confirmed or written; null: not known of any';


--
-- Name: drafts; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.drafts (
    account_id bigint NOT NULL,
    key text NOT NULL,
    version integer NOT NULL,
    form jsonb NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT drafts_form_check CHECK ((length((form)::text) <= 100000)),
    CONSTRAINT drafts_key_check CHECK (((key <> ''::text) AND (length(key) <= 200)))
);


--
-- Name: COLUMN drafts.key; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.drafts.key IS 'the form: "tilbud/12", or "ny/kommune=1804" for what is not stored yet';


--
-- Name: COLUMN drafts.version; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.drafts.version IS 'of what the form was filled from; 0 for what is new';


--
-- Name: emails; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.emails (
    offering_id bigint NOT NULL,
    "position" integer NOT NULL,
    address text NOT NULL,
    CONSTRAINT emails_address_check CHECK ((address ~ '^[^@\s]+@[^@\s]+\.[^@\s.]+$'::text))
);


--
-- Name: entries; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.entries (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    kommune_number public.kommune_number NOT NULL,
    asked_at timestamp with time zone DEFAULT now() NOT NULL,
    answer text,
    answered_at timestamp with time zone,
    answered_by text,
    CONSTRAINT entries_answer_check CHECK ((answer = ANY (ARRAY['ja'::text, 'nei'::text]))),
    CONSTRAINT entries_answered_by_check CHECK ((answered_by <> ''::text)),
    CONSTRAINT entries_check CHECK ((((answer IS NULL) = (answered_at IS NULL)) AND ((answer IS NULL) = (answered_by IS NULL))))
);


--
-- Name: entries_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.entries ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.entries_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: events; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.events (
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    actor text NOT NULL,
    what text NOT NULL,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT events_actor_check CHECK ((actor <> ''::text)),
    CONSTRAINT events_what_check CHECK ((what ~ '^[a-z_]+$'::text))
);


--
-- Name: events_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.events ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: expressions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.expressions (
    text text NOT NULL,
    kind text NOT NULL,
    leads_to text[] NOT NULL,
    CONSTRAINT expressions_kind_check CHECK ((kind = ANY (ARRAY['livssituasjon'::text, 'diagnose'::text, 'forkortelse'::text, 'dagligtale'::text, 'nynorsk'::text, 'engelsk'::text, 'krise'::text]))),
    CONSTRAINT expressions_leads_to_check CHECK ((cardinality(leads_to) > 0)),
    CONSTRAINT expressions_text_check CHECK (((text <> ''::text) AND (text = lower(text))))
);


--
-- Name: TABLE expressions; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.expressions IS 'what people say, and what the directory calls the same';


--
-- Name: COLUMN expressions.leads_to; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.expressions.leads_to IS 'tema:, type: or malgruppe: with a code, or ord: with a further word to look for; the most important first';


--
-- Name: field_sources; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.field_sources (
    id bigint NOT NULL,
    offering_id bigint,
    organization_id bigint,
    field text NOT NULL,
    title text NOT NULL,
    url text,
    date public.partial_date,
    actor text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT field_sources_actor_check CHECK ((actor <> ''::text)),
    CONSTRAINT field_sources_check CHECK (((offering_id IS NULL) <> (organization_id IS NULL))),
    CONSTRAINT field_sources_field_check CHECK ((field ~ '^[a-z_]+$'::text)),
    CONSTRAINT field_sources_title_check CHECK ((title <> ''::text)),
    CONSTRAINT field_sources_url_check CHECK ((url ~ '^https?://'::text))
);


--
-- Name: COLUMN field_sources.field; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.field_sources.field IS 'as internal/diff names it: phones';


--
-- Name: COLUMN field_sources.title; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.field_sources.title IS 'what the source is called: Enhetsregisteret';


--
-- Name: COLUMN field_sources.date; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.field_sources.date IS 'when the source said it, as exactly as is known';


--
-- Name: COLUMN field_sources.actor; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.field_sources.actor IS 'who wrote it here, as in revisions';


--
-- Name: field_sources_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.field_sources ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.field_sources_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: former_kommuner; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.former_kommuner (
    number public.kommune_number NOT NULL,
    name text NOT NULL,
    present_number public.kommune_number NOT NULL,
    valid_to date NOT NULL,
    kind text NOT NULL,
    CONSTRAINT former_kommuner_kind_check CHECK ((kind = ANY (ARRAY['nytt nummer'::text, 'nytt navn'::text, 'nytt nummer og navn'::text, 'sammenslåing'::text, 'deling'::text]))),
    CONSTRAINT former_kommuner_name_check CHECK ((name <> ''::text))
);


--
-- Name: COLUMN former_kommuner.valid_to; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.former_kommuner.valid_to IS 'last day on which the number was valid';


--
-- Name: fylker; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.fylker (
    number public.fylke_number NOT NULL,
    name text NOT NULL,
    other_names text[] DEFAULT '{}'::text[] NOT NULL,
    official_name text NOT NULL,
    ended_on date,
    CONSTRAINT fylker_name_check CHECK ((name <> ''::text)),
    CONSTRAINT fylker_official_name_check CHECK ((official_name <> ''::text))
);


--
-- Name: COLUMN fylker.other_names; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.fylker.other_names IS 'Sámi and Kven official names';


--
-- Name: COLUMN fylker.ended_on; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.fylker.ended_on IS 'first day on which no fylke has the number any more; null: one has';


--
-- Name: goose_db_version; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.goose_db_version (
    id integer NOT NULL,
    version_id bigint NOT NULL,
    is_applied boolean NOT NULL,
    tstamp timestamp without time zone DEFAULT now() NOT NULL
);


--
-- Name: goose_db_version_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.goose_db_version ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.goose_db_version_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: grants; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.grants (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    role text NOT NULL,
    kommune_number public.kommune_number,
    organization_id bigint,
    coverage_national boolean DEFAULT false NOT NULL,
    coverage_fylker text[] DEFAULT '{}'::text[] NOT NULL,
    coverage_kommuner text[] DEFAULT '{}'::text[] NOT NULL,
    substitute boolean DEFAULT false NOT NULL,
    granted_by text NOT NULL,
    granted_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT grants_check CHECK (((kommune_number IS NULL) <> (organization_id IS NULL))),
    CONSTRAINT grants_granted_by_check CHECK ((granted_by <> ''::text)),
    CONSTRAINT grants_role_check CHECK ((role = ANY (ARRAY['bidragsyter'::text, 'forvalter'::text])))
);


--
-- Name: COLUMN grants.coverage_national; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.grants.coverage_national IS 'with the two after it: whom the offerings of the organization may be for; all empty for a kommune, whose offerings are for itself and neighbours';


--
-- Name: COLUMN grants.substitute; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.grants.substitute IS 'asked to confirm when the managers do not answer';


--
-- Name: grants_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.grants ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.grants_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: held_changes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.held_changes (
    id bigint NOT NULL,
    offering_id bigint NOT NULL,
    before jsonb NOT NULL,
    after jsonb NOT NULL,
    actor text NOT NULL,
    account_id bigint,
    "national" boolean NOT NULL,
    why text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    decision text,
    decided_at timestamp with time zone,
    decided_by text,
    reason text DEFAULT ''::text NOT NULL,
    CONSTRAINT held_changes_actor_check CHECK ((actor <> ''::text)),
    CONSTRAINT held_changes_check CHECK ((((decision IS NULL) = (decided_at IS NULL)) AND ((decision IS NULL) = (decided_by IS NULL)))),
    CONSTRAINT held_changes_decided_by_check CHECK ((decided_by <> ''::text)),
    CONSTRAINT held_changes_decision_check CHECK ((decision = ANY (ARRAY['godkjent'::text, 'avvist'::text, 'trukket'::text, 'erstattet'::text]))),
    CONSTRAINT held_changes_two_people CHECK (((decision <> 'godkjent'::text) OR ((decided_by <> actor) AND ((account_id IS NULL) OR (decided_by <> ('account: '::text || account_id))))))
);


--
-- Name: COLUMN held_changes.before; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.held_changes.before IS 'the offering as it was written when the change was proposed';


--
-- Name: COLUMN held_changes.after; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.held_changes.after IS 'the offering as it was to be';


--
-- Name: COLUMN held_changes.account_id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.held_changes.account_id IS 'the person behind it: who made the token, when it was a token; null for an import. A number alone, as in the history: the account may have been erased';


--
-- Name: COLUMN held_changes."national"; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.held_changes."national" IS 'proposed by a national editor: only another one may approve';


--
-- Name: held_changes_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.held_changes ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.held_changes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: identities; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.identities (
    issuer text NOT NULL,
    subject text NOT NULL,
    account_id bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    used_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT identities_issuer_check CHECK ((issuer <> ''::text)),
    CONSTRAINT identities_subject_check CHECK ((subject <> ''::text))
);


--
-- Name: import_progress; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.import_progress (
    source text NOT NULL,
    state jsonb NOT NULL,
    actor text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT import_progress_actor_check CHECK ((actor <> ''::text)),
    CONSTRAINT import_progress_source_check CHECK ((source <> ''::text))
);


--
-- Name: COLUMN import_progress.state; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.import_progress.state IS 'by source: pages read, position in a feed, what tells versions of a file apart';


--
-- Name: import_runs; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.import_runs (
    id bigint NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    digest text NOT NULL,
    actor text NOT NULL,
    CONSTRAINT import_runs_actor_check CHECK ((actor <> ''::text)),
    CONSTRAINT import_runs_digest_check CHECK ((digest ~ '^[0-9a-f]{64}$'::text))
);


--
-- Name: COLUMN import_runs.digest; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.import_runs.digest IS 'SHA-256 over names and content of the files that ship with the program';


--
-- Name: import_runs_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.import_runs ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.import_runs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: installation; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.installation (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    only_row boolean DEFAULT true NOT NULL,
    history uuid DEFAULT gen_random_uuid() NOT NULL,
    CONSTRAINT installation_only_row_check CHECK (only_row)
);


--
-- Name: COLUMN installation.history; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.installation.history IS 'another one after a restore from a backup: positions in the feed from before it mean nothing';


--
-- Name: invitations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.invitations (
    id bigint NOT NULL,
    email text NOT NULL,
    role text NOT NULL,
    kommune_number public.kommune_number,
    organization_id bigint,
    coverage_national boolean DEFAULT false NOT NULL,
    coverage_fylker text[] DEFAULT '{}'::text[] NOT NULL,
    coverage_kommuner text[] DEFAULT '{}'::text[] NOT NULL,
    invited_by bigint,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT invitations_check CHECK ((expires_at > created_at)),
    CONSTRAINT invitations_check1 CHECK (((kommune_number IS NULL) <> (organization_id IS NULL))),
    CONSTRAINT invitations_email_check CHECK (((email = lower(email)) AND (length(email) <= 254))),
    CONSTRAINT invitations_role_check CHECK ((role = ANY (ARRAY['bidragsyter'::text, 'forvalter'::text])))
);


--
-- Name: COLUMN invitations.invited_by; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.invitations.invited_by IS 'who must still be allowed to let people in when it is used; null: an operator';


--
-- Name: invitations_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.invitations ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.invitations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: jobs; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.jobs (
    id bigint NOT NULL,
    kind text NOT NULL,
    key text,
    payload jsonb DEFAULT '{}'::jsonb NOT NULL,
    run_at timestamp with time zone DEFAULT now() NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    last_error text DEFAULT ''::text NOT NULL,
    locked_until timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    done_at timestamp with time zone,
    gave_up_at timestamp with time zone,
    CONSTRAINT jobs_key_check CHECK ((key <> ''::text)),
    CONSTRAINT jobs_kind_check CHECK ((kind ~ '^[a-z_]+$'::text))
);


--
-- Name: COLUMN jobs.key; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.jobs.key IS 'a job of this key is queued once, ever';


--
-- Name: COLUMN jobs.last_error; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.jobs.last_error IS 'of a job that is done: why it was done without being carried out; mostly empty';


--
-- Name: COLUMN jobs.locked_until; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.jobs.locked_until IS 'also tells a node that was too slow whether another has the job now';


--
-- Name: jobs_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.jobs ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.jobs_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: kommune_changes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.kommune_changes (
    level text NOT NULL,
    old_number text NOT NULL,
    old_name text NOT NULL,
    new_number text NOT NULL,
    new_name text NOT NULL,
    changed_on date NOT NULL,
    known_at timestamp with time zone DEFAULT now() NOT NULL,
    known_by text NOT NULL,
    done_at timestamp with time zone,
    CONSTRAINT kommune_changes_check CHECK ((old_number ~
CASE level
    WHEN 'fylke'::text THEN '^[0-9]{2}$'::text
    ELSE '^[0-9]{4}$'::text
END)),
    CONSTRAINT kommune_changes_check1 CHECK ((new_number ~
CASE level
    WHEN 'fylke'::text THEN '^[0-9]{2}$'::text
    ELSE '^[0-9]{4}$'::text
END)),
    CONSTRAINT kommune_changes_known_by_check CHECK ((known_by <> ''::text)),
    CONSTRAINT kommune_changes_level_check CHECK ((level = ANY (ARRAY['kommune'::text, 'fylke'::text]))),
    CONSTRAINT kommune_changes_new_name_check CHECK ((new_name <> ''::text)),
    CONSTRAINT kommune_changes_old_name_check CHECK ((old_name <> ''::text))
);


--
-- Name: TABLE kommune_changes; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.kommune_changes IS 'what Statistics Norway says becomes of kommuner and fylker (Klass 131 and 104), also before it happens';


--
-- Name: COLUMN kommune_changes.changed_on; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.kommune_changes.changed_on IS 'first day of the new number';


--
-- Name: COLUMN kommune_changes.done_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.kommune_changes.done_at IS 'when the directory followed; null: not yet';


--
-- Name: kommune_outlines; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.kommune_outlines (
    kommune_number public.kommune_number NOT NULL,
    area bytea NOT NULL,
    drawing bytea NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT kommune_outlines_area_check CHECK ((length(area) > 0)),
    CONSTRAINT kommune_outlines_drawing_check CHECK ((length(drawing) > 0))
);


--
-- Name: TABLE kommune_outlines; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.kommune_outlines IS 'where the borders of kommuner go; empty until somebody imports them';


--
-- Name: COLUMN kommune_outlines.area; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.kommune_outlines.area IS 'MultiPolygon as well-known binary, WGS84: to tell which kommune a place is in';


--
-- Name: COLUMN kommune_outlines.drawing; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.kommune_outlines.drawing IS 'the same, with fewer points: for a map of the whole country';


--
-- Name: kommuner; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.kommuner (
    number public.kommune_number NOT NULL,
    fylke_number public.fylke_number NOT NULL,
    name text NOT NULL,
    other_names text[] DEFAULT '{}'::text[] NOT NULL,
    official_name text NOT NULL,
    maalform text,
    population integer,
    population_year integer,
    admin_centre text,
    lat double precision NOT NULL,
    lon double precision NOT NULL,
    domain text,
    website text NOT NULL,
    org_number public.org_number,
    wikidata text,
    contact_phone public.phone_number,
    contact_email text,
    contact_source text,
    contact_source_date public.partial_date,
    contact_confirmed boolean DEFAULT false NOT NULL,
    ended_on date,
    CONSTRAINT kommuner_admin_centre_check CHECK ((admin_centre <> ''::text)),
    CONSTRAINT kommuner_check CHECK (("left"((number)::text, 2) = (fylke_number)::text)),
    CONSTRAINT kommuner_check1 CHECK (((contact_source IS NOT NULL) OR ((contact_phone IS NULL) AND (contact_email IS NULL)))),
    CONSTRAINT kommuner_contact_email_check CHECK ((contact_email ~ '^[^@\s]+@[^@\s]+\.[^@\s.]+$'::text)),
    CONSTRAINT kommuner_contact_source_check CHECK ((contact_source <> ''::text)),
    CONSTRAINT kommuner_domain_check CHECK ((domain ~ '^[a-z0-9-]+(\.[a-z0-9-]+)+$'::text)),
    CONSTRAINT kommuner_lat_check CHECK (((lat >= (57.5)::double precision) AND (lat <= (71.5)::double precision))),
    CONSTRAINT kommuner_lon_check CHECK (((lon >= (4)::double precision) AND (lon <= (31.5)::double precision))),
    CONSTRAINT kommuner_maalform_check CHECK ((maalform = ANY (ARRAY['bokmål'::text, 'nynorsk'::text, 'nøytral'::text]))),
    CONSTRAINT kommuner_name_check CHECK ((name <> ''::text)),
    CONSTRAINT kommuner_official_name_check CHECK ((official_name <> ''::text)),
    CONSTRAINT kommuner_population_check CHECK ((population > 0)),
    CONSTRAINT kommuner_population_year_check CHECK (((population_year >= 2000) AND (population_year <= 2100))),
    CONSTRAINT kommuner_website_check CHECK ((website ~ '^[a-z0-9-]+(\.[a-z0-9-]+)+$'::text)),
    CONSTRAINT kommuner_wikidata_check CHECK ((wikidata ~ '^Q[0-9]+$'::text))
);


--
-- Name: COLUMN kommuner.maalform; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.kommuner.maalform IS 'null where the sources disagree';


--
-- Name: COLUMN kommuner.population; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.kommuner.population IS 'null: not known yet, for a new kommune; likewise domain and wikidata';


--
-- Name: COLUMN kommuner.lat; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.kommuner.lat IS 'WGS84, administrative centre';


--
-- Name: COLUMN kommuner.contact_confirmed; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.kommuner.contact_confirmed IS 'false: for editors to confirm, not shown to readers';


--
-- Name: COLUMN kommuner.ended_on; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.kommuner.ended_on IS 'first day on which no kommune has the number any more; null: one has';


--
-- Name: leader; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.leader (
    only_row boolean DEFAULT true NOT NULL,
    holder text NOT NULL,
    since timestamp with time zone DEFAULT now() NOT NULL,
    until timestamp with time zone NOT NULL,
    CONSTRAINT leader_holder_check CHECK ((holder <> ''::text)),
    CONSTRAINT leader_only_row_check CHECK (only_row)
);


--
-- Name: limits; Type: TABLE; Schema: public; Owner: -
--

CREATE UNLOGGED TABLE public.limits (
    kind text NOT NULL,
    hash bytea NOT NULL,
    spent bigint NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    CONSTRAINT limits_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT limits_spent_check CHECK ((spent >= 0))
);


--
-- Name: COLUMN limits.hash; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.limits.hash IS 'HMAC of the kind and of who is counted, a network address or a token, keyed with what is derived from report_key';


--
-- Name: COLUMN limits.ends_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.limits.ends_at IS 'when counting begins anew';


--
-- Name: links; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.links (
    url text NOT NULL,
    next_check timestamp with time zone DEFAULT now() NOT NULL,
    checked_at timestamp with time zone,
    ok_at timestamp with time zone,
    status integer,
    failure text DEFAULT ''::text NOT NULL,
    moved_to text,
    strikes integer DEFAULT 0 NOT NULL,
    struck_at timestamp with time zone,
    broken_since timestamp with time zone,
    CONSTRAINT links_failure_check CHECK ((failure ~ '^[a-z_]*$'::text)),
    CONSTRAINT links_moved_to_check CHECK ((moved_to ~ '^https?://'::text)),
    CONSTRAINT links_status_check CHECK (((status >= 100) AND (status <= 999))),
    CONSTRAINT links_strikes_check CHECK ((strikes >= 0)),
    CONSTRAINT links_url_check CHECK (((url ~ '^https?://'::text) AND (length(url) <= 2000)))
);


--
-- Name: COLUMN links.status; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.links.status IS 'of the last answer; null where there was none';


--
-- Name: COLUMN links.failure; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.links.failure IS 'why there was no good answer, by kind; empty for a good one';


--
-- Name: COLUMN links.strikes; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.links.strikes IS 'days in a row on which it did not answer; broken from the second';


--
-- Name: locations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.locations (
    offering_id bigint NOT NULL,
    "position" integer NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    street text DEFAULT ''::text NOT NULL,
    postal_code public.postal_code,
    postal_place text DEFAULT ''::text NOT NULL,
    kommune_number public.kommune_number,
    lat double precision,
    lon double precision,
    confidential boolean DEFAULT false NOT NULL,
    CONSTRAINT locations_check CHECK (((lat IS NULL) = (lon IS NULL))),
    CONSTRAINT locations_lat_check CHECK (((lat >= (57)::double precision) AND (lat <= (81)::double precision))),
    CONSTRAINT locations_lon_check CHECK (((lon >= ('-10'::integer)::double precision) AND (lon <= (34)::double precision)))
);


--
-- Name: COLUMN locations."position"; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.locations."position" IS 'order in which locations are shown, from 0';


--
-- Name: login_links; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.login_links (
    id bigint NOT NULL,
    hash bytea NOT NULL,
    account_id bigint NOT NULL,
    created_by text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT login_links_check CHECK ((expires_at > created_at)),
    CONSTRAINT login_links_created_by_check CHECK ((created_by <> ''::text)),
    CONSTRAINT login_links_hash_check CHECK ((length(hash) = 32))
);


--
-- Name: login_links_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.login_links ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.login_links_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: offering_fylker; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.offering_fylker (
    offering_id bigint NOT NULL,
    fylke_number public.fylke_number NOT NULL
);


--
-- Name: offering_kommuner; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.offering_kommuner (
    offering_id bigint NOT NULL,
    kommune_number public.kommune_number NOT NULL
);


--
-- Name: offering_terms; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.offering_terms (
    offering_id bigint NOT NULL,
    kind text NOT NULL,
    code text NOT NULL
);


--
-- Name: offering_types; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.offering_types (
    code text NOT NULL,
    group_code text NOT NULL,
    name_nb text NOT NULL,
    name_nn text DEFAULT ''::text NOT NULL,
    name_en text DEFAULT ''::text NOT NULL,
    plural_nb text NOT NULL,
    plural_nn text DEFAULT ''::text NOT NULL,
    plural_en text DEFAULT ''::text NOT NULL,
    does_nb text NOT NULL,
    does_nn text DEFAULT ''::text NOT NULL,
    does_en text DEFAULT ''::text NOT NULL,
    every_kommune boolean NOT NULL,
    responsible text DEFAULT ''::text NOT NULL,
    ask_for text DEFAULT ''::text NOT NULL,
    alternatives text[] DEFAULT '{}'::text[] NOT NULL,
    words text[] DEFAULT '{}'::text[] NOT NULL,
    related_words text[] DEFAULT '{}'::text[] NOT NULL,
    "position" integer NOT NULL,
    confirm_months integer DEFAULT 12 NOT NULL,
    contacts_months integer DEFAULT 6 NOT NULL,
    CONSTRAINT offering_types_code_check CHECK ((code ~ '^[a-z_]+$'::text)),
    CONSTRAINT offering_types_confirm_months_check CHECK (((confirm_months >= 1) AND (confirm_months <= 36))),
    CONSTRAINT offering_types_contacts_months_check CHECK (((contacts_months >= 1) AND (contacts_months <= 36))),
    CONSTRAINT offering_types_does_nb_check CHECK ((does_nb <> ''::text)),
    CONSTRAINT offering_types_name_nb_check CHECK ((name_nb <> ''::text)),
    CONSTRAINT offering_types_plural_nb_check CHECK ((plural_nb <> ''::text))
);


--
-- Name: COLUMN offering_types.every_kommune; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.offering_types.every_kommune IS 'the law says that every kommune must have it';


--
-- Name: COLUMN offering_types.alternatives; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.offering_types.alternatives IS 'codes of types to look at where none is registered, best first';


--
-- Name: COLUMN offering_types.words; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.offering_types.words IS 'what people call it; feeds the recognition of types in search';


--
-- Name: COLUMN offering_types.confirm_months; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.offering_types.confirm_months IS 'how long a confirmation of all of an offering holds';


--
-- Name: COLUMN offering_types.contacts_months; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.offering_types.contacts_months IS 'how long one of telephone, e-mail, links, hours and price holds';


--
-- Name: offerings; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.offerings (
    id bigint NOT NULL,
    uuid uuid DEFAULT gen_random_uuid() NOT NULL,
    key text NOT NULL,
    type_code text NOT NULL,
    name text NOT NULL,
    organization_id bigint,
    summary text DEFAULT ''::text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    audience text DEFAULT ''::text NOT NULL,
    keywords text[] DEFAULT '{}'::text[] NOT NULL,
    coverage_national boolean DEFAULT false NOT NULL,
    coverage_bydel text DEFAULT ''::text NOT NULL,
    opening_text text DEFAULT ''::text NOT NULL,
    languages text[] DEFAULT '{}'::text[] NOT NULL,
    accessibility text[] DEFAULT '{}'::text[] NOT NULL,
    cost_kind text,
    cost_text text DEFAULT ''::text NOT NULL,
    referral_kind text,
    referral_text text DEFAULT ''::text NOT NULL,
    source_title text NOT NULL,
    source_url text,
    source_date public.partial_date,
    confidence text NOT NULL,
    status text NOT NULL,
    closed_until date,
    confirmed_at timestamp with time zone,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    contacts_confirmed_at timestamp with time zone,
    complaint text DEFAULT ''::text NOT NULL,
    CONSTRAINT offerings_accessibility_check CHECK ((accessibility <@ ARRAY['rullestol'::text, 'teleslynge'::text, 'tegnsprak'::text, 'trinnfritt'::text])),
    CONSTRAINT offerings_audience_check CHECK ((length(audience) <= 600)),
    CONSTRAINT offerings_check CHECK (((closed_until IS NULL) OR (status = 'stengt'::text))),
    CONSTRAINT offerings_complaint_check CHECK ((length(complaint) <= 10000)),
    CONSTRAINT offerings_confidence_check CHECK ((confidence = ANY (ARRAY['hoy'::text, 'middels'::text, 'lav'::text]))),
    CONSTRAINT offerings_cost_kind_check CHECK ((cost_kind = ANY (ARRAY['gratis'::text, 'betaling'::text]))),
    CONSTRAINT offerings_description_check CHECK ((length(description) <= 10000)),
    CONSTRAINT offerings_key_check CHECK ((key ~ '^[a-z0-9_/-]+$'::text)),
    CONSTRAINT offerings_name_check CHECK (((name <> ''::text) AND (length(name) <= 200))),
    CONSTRAINT offerings_referral_kind_check CHECK ((referral_kind = ANY (ARRAY['kontakt_selv'::text, 'sok'::text, 'henvises'::text]))),
    CONSTRAINT offerings_source_title_check CHECK ((source_title <> ''::text)),
    CONSTRAINT offerings_source_url_check CHECK ((source_url ~ '^https?://'::text)),
    CONSTRAINT offerings_status_check CHECK ((status = ANY (ARRAY['utkast'::text, 'publisert'::text, 'stengt'::text, 'arkivert'::text]))),
    CONSTRAINT offerings_summary_check CHECK ((length(summary) <= 600)),
    CONSTRAINT offerings_version_check CHECK ((version > 0))
);


--
-- Name: COLUMN offerings.key; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.offerings.key IS 'stable name of the row in its source; imports find it by this';


--
-- Name: COLUMN offerings.cost_kind; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.offerings.cost_kind IS 'null: not known';


--
-- Name: COLUMN offerings.referral_kind; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.offerings.referral_kind IS 'how to get it: contact yourself, apply, be referred; null: not known';


--
-- Name: COLUMN offerings.confirmed_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.offerings.confirmed_at IS 'when whoever answers for it last said that it is right';


--
-- Name: COLUMN offerings.contacts_confirmed_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.offerings.contacts_confirmed_at IS 'when telephone, e-mail, links, hours and price were last said to be right, alone or with the rest';


--
-- Name: COLUMN offerings.complaint; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.offerings.complaint IS 'what somebody does who disagrees with a decision or is not content';


--
-- Name: offerings_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.offerings ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.offerings_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: organizations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.organizations (
    id bigint NOT NULL,
    uuid uuid DEFAULT gen_random_uuid() NOT NULL,
    name text NOT NULL,
    kind text,
    org_number public.org_number,
    kommune_number public.kommune_number,
    website text,
    CONSTRAINT organizations_kind_check CHECK ((kind = ANY (ARRAY['kommune'::text, 'fylkeskommune'::text, 'stat'::text, 'helseforetak'::text, 'stiftelse'::text, 'forening'::text]))),
    CONSTRAINT organizations_name_check CHECK ((name <> ''::text)),
    CONSTRAINT organizations_website_check CHECK ((website ~ '^https?://'::text))
);


--
-- Name: COLUMN organizations.kommune_number; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.organizations.kommune_number IS 'set when the organization is a kommune';


--
-- Name: organizations_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.organizations ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.organizations_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: passkeys; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.passkeys (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    credential_id bytea NOT NULL,
    credential jsonb NOT NULL,
    name text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    used_at timestamp with time zone,
    CONSTRAINT passkeys_credential_id_check CHECK (((length(credential_id) >= 1) AND (length(credential_id) <= 1023))),
    CONSTRAINT passkeys_name_check CHECK (((length(name) >= 1) AND (length(name) <= 100)))
);


--
-- Name: COLUMN passkeys.credential; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.passkeys.credential IS 'the public key, its counter and flags, as the WebAuthn library writes them; nothing secret';


--
-- Name: passkeys_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.passkeys ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.passkeys_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: phones; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.phones (
    offering_id bigint NOT NULL,
    "position" integer NOT NULL,
    number public.phone_number NOT NULL,
    purpose text,
    hours text DEFAULT ''::text NOT NULL,
    CONSTRAINT phones_purpose_check CHECK ((purpose = ANY (ARRAY['hjelpetelefon'::text, 'sentralbord'::text, 'timebestilling'::text, 'tekstmelding'::text])))
);


--
-- Name: places; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.places (
    id bigint NOT NULL,
    name text NOT NULL,
    kommune_number public.kommune_number NOT NULL,
    kind text NOT NULL,
    lat double precision,
    lon double precision,
    bydel_number text,
    source text NOT NULL,
    CONSTRAINT places_bydel_number_check CHECK ((bydel_number ~ '^[0-9]{6}$'::text)),
    CONSTRAINT places_check CHECK (((lat IS NULL) = (lon IS NULL))),
    CONSTRAINT places_check1 CHECK (((kind = 'bydel'::text) = (bydel_number IS NOT NULL))),
    CONSTRAINT places_check2 CHECK (((bydel_number IS NULL) OR ("left"(bydel_number, 4) = (kommune_number)::text))),
    CONSTRAINT places_kind_check CHECK ((kind = ANY (ARRAY['bydel'::text, 'kommunesenter'::text, 'sted'::text, 'poststed'::text]))),
    CONSTRAINT places_lat_check CHECK (((lat >= (57.5)::double precision) AND (lat <= (71.5)::double precision))),
    CONSTRAINT places_lon_check CHECK (((lon >= (4)::double precision) AND (lon <= (31.5)::double precision))),
    CONSTRAINT places_name_check CHECK ((name <> ''::text)),
    CONSTRAINT places_source_check CHECK ((source <> ''::text))
);


--
-- Name: places_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.places ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.places_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: postal_codes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.postal_codes (
    code public.postal_code NOT NULL,
    place text NOT NULL,
    kommune_number public.kommune_number,
    category text NOT NULL,
    gone_on date,
    CONSTRAINT postal_codes_category_check CHECK ((category = ANY (ARRAY['B'::text, 'F'::text, 'G'::text, 'P'::text, 'S'::text]))),
    CONSTRAINT postal_codes_place_check CHECK ((place <> ''::text))
);


--
-- Name: COLUMN postal_codes.kommune_number; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.postal_codes.kommune_number IS 'where most of its addresses lie; null for Svalbard and Jan Mayen';


--
-- Name: COLUMN postal_codes.gone_on; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.postal_codes.gone_on IS 'day on which Posten Bring''s list first lacked it; null: it is in the list';


--
-- Name: recovery_codes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.recovery_codes (
    hash bytea NOT NULL,
    account_id bigint NOT NULL,
    CONSTRAINT recovery_codes_hash_check CHECK ((length(hash) = 32))
);


--
-- Name: registered_organizations; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.registered_organizations (
    organization_id bigint NOT NULL,
    org_number public.org_number NOT NULL,
    name text NOT NULL,
    form text NOT NULL,
    website text NOT NULL,
    street text NOT NULL,
    postal_code text NOT NULL,
    postal_place text NOT NULL,
    kommune_number text NOT NULL,
    deleted_on date,
    removed boolean NOT NULL,
    bankrupt boolean NOT NULL,
    closing boolean NOT NULL,
    url text NOT NULL,
    read_at timestamp with time zone NOT NULL
);


--
-- Name: COLUMN registered_organizations.form; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.registered_organizations.form IS 'code of its organisasjonsform: KOMM';


--
-- Name: COLUMN registered_organizations.removed; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.registered_organizations.removed IS 'taken out of the open data, for reasons of law';


--
-- Name: COLUMN registered_organizations.closing; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.registered_organizations.closing IS 'being wound up, of its own will or not';


--
-- Name: report_entries; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.report_entries (
    id bigint NOT NULL,
    report_id bigint NOT NULL,
    code_hash bytea NOT NULL,
    text text DEFAULT ''::text NOT NULL,
    suggestion text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT report_entries_code_hash_check CHECK ((length(code_hash) = 32)),
    CONSTRAINT report_entries_suggestion_check CHECK ((length(suggestion) <= 200)),
    CONSTRAINT report_entries_text_check CHECK ((length(text) <= 1000))
);


--
-- Name: COLUMN report_entries.code_hash; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.report_entries.code_hash IS 'of the code that shows the answer; the same form sent twice has the same';


--
-- Name: COLUMN report_entries.text; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.report_entries.text IS 'in the reader''s words; emptied, as is the suggestion, some time after the answer';


--
-- Name: COLUMN report_entries.suggestion; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.report_entries.suggestion IS 'what the reader says is right instead';


--
-- Name: report_entries_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.report_entries ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.report_entries_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: report_key; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.report_key (
    only_row boolean DEFAULT true NOT NULL,
    key bytea NOT NULL,
    CONSTRAINT report_key_key_check CHECK ((length(key) = 32)),
    CONSTRAINT report_key_only_row_check CHECK (only_row)
);


--
-- Name: reports; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.reports (
    id bigint NOT NULL,
    offering_id bigint,
    kommune_number public.kommune_number,
    choice text NOT NULL,
    state text DEFAULT 'apen'::text NOT NULL,
    answer text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    answered_at timestamp with time zone,
    answered_by text,
    held_change_id bigint,
    CONSTRAINT reports_answer_check CHECK ((length(answer) <= 1000)),
    CONSTRAINT reports_answered_by_check CHECK ((answered_by <> ''::text)),
    CONSTRAINT reports_check CHECK (((offering_id IS NULL) OR (kommune_number IS NULL))),
    CONSTRAINT reports_check1 CHECK (((choice = ANY (ARRAY['annet'::text, 'mangler'::text])) OR (offering_id IS NOT NULL))),
    CONSTRAINT reports_check2 CHECK (((choice <> 'mangler'::text) OR (offering_id IS NULL))),
    CONSTRAINT reports_check3 CHECK (((state = 'apen'::text) = (answered_at IS NULL))),
    CONSTRAINT reports_check4 CHECK (((answered_at IS NULL) = (answered_by IS NULL))),
    CONSTRAINT reports_choice_check CHECK ((choice = ANY (ARRAY['telefon'::text, 'apningstid'::text, 'nettside'::text, 'finnes_ikke'::text, 'annet'::text, 'mangler'::text]))),
    CONSTRAINT reports_state_check CHECK ((state = ANY (ARRAY['apen'::text, 'rettet'::text, 'stemmer'::text, 'avvist'::text])))
);


--
-- Name: COLUMN reports.kommune_number; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.reports.kommune_number IS 'where something is missing; null with offering_id: somewhere in Norway';


--
-- Name: COLUMN reports.answer; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.reports.answer IS 'what editors add in their own words; state has the rest of the answer';


--
-- Name: COLUMN reports.held_change_id; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.reports.held_change_id IS 'the change that state rettet means, where it had to wait; null: it did not';


--
-- Name: reports_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.reports ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.reports_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: revisions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.revisions (
    id bigint NOT NULL,
    kind text NOT NULL,
    ref text NOT NULL,
    version integer NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    actor text NOT NULL,
    why text DEFAULT ''::text NOT NULL,
    before jsonb,
    after jsonb NOT NULL,
    proposed_by text,
    CONSTRAINT revisions_actor_check CHECK ((actor <> ''::text)),
    CONSTRAINT revisions_kind_check CHECK ((kind = ANY (ARRAY['offering'::text, 'course'::text, 'article'::text, 'kommune'::text, 'type'::text, 'term'::text, 'expression'::text, 'organization'::text]))),
    CONSTRAINT revisions_proposed_by_check CHECK ((proposed_by <> ''::text)),
    CONSTRAINT revisions_ref_check CHECK ((ref <> ''::text)),
    CONSTRAINT revisions_version_check CHECK ((version > 0))
);


--
-- Name: COLUMN revisions.before; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.revisions.before IS 'null for the first';


--
-- Name: COLUMN revisions.proposed_by; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.revisions.proposed_by IS 'who wrote what the actor, as a second person, approved';


--
-- Name: revisions_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.revisions ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.revisions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: schedule_exceptions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.schedule_exceptions (
    offering_id bigint NOT NULL,
    "position" integer NOT NULL,
    on_date date NOT NULL,
    closed boolean NOT NULL,
    opens text,
    closes text,
    note text DEFAULT ''::text NOT NULL,
    CONSTRAINT schedule_exceptions_check CHECK (
CASE
    WHEN closed THEN ((opens IS NULL) AND (closes IS NULL))
    ELSE ((opens IS NOT NULL) AND (closes IS NOT NULL) AND (closes > opens))
END),
    CONSTRAINT schedule_exceptions_closes_check CHECK ((closes ~ '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$'::text)),
    CONSTRAINT schedule_exceptions_opens_check CHECK ((opens ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'::text))
);


--
-- Name: schedules; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.schedules (
    offering_id bigint NOT NULL,
    "position" integer NOT NULL,
    weekday integer NOT NULL,
    opens text NOT NULL,
    closes text NOT NULL,
    valid_from date,
    valid_to date,
    CONSTRAINT schedules_check CHECK ((closes > opens)),
    CONSTRAINT schedules_check1 CHECK ((valid_to >= valid_from)),
    CONSTRAINT schedules_closes_check CHECK ((closes ~ '^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$'::text)),
    CONSTRAINT schedules_opens_check CHECK ((opens ~ '^([01][0-9]|2[0-3]):[0-5][0-9]$'::text)),
    CONSTRAINT schedules_weekday_check CHECK (((weekday >= 0) AND (weekday <= 6)))
);


--
-- Name: COLUMN schedules.weekday; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.schedules.weekday IS '0 is Sunday, as in Go';


--
-- Name: COLUMN schedules.opens; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.schedules.opens IS 'local time, HH:MM';


--
-- Name: sessions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.sessions (
    id bigint NOT NULL,
    hash bytea NOT NULL,
    account_id bigint NOT NULL,
    method text NOT NULL,
    second_factor boolean DEFAULT false NOT NULL,
    device text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    idle_expires_at timestamp with time zone NOT NULL,
    wrong_codes integer DEFAULT 0 NOT NULL,
    confirmed_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT sessions_check CHECK ((expires_at > created_at)),
    CONSTRAINT sessions_device_check CHECK ((length(device) <= 200)),
    CONSTRAINT sessions_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT sessions_method_check CHECK ((method = ANY (ARRAY['kode'::text, 'oidc'::text, 'passkey'::text, 'lenke'::text])))
);


--
-- Name: COLUMN sessions.second_factor; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.sessions.second_factor IS 'a passkey, a code from an app, or an OIDC sign-in of a high level';


--
-- Name: COLUMN sessions.wrong_codes; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.sessions.wrong_codes IS 'at the fifth the session ends';


--
-- Name: COLUMN sessions.confirmed_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.sessions.confirmed_at IS 'when the person last showed who they are, by signing in or by the second factor';


--
-- Name: sessions_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.sessions ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.sessions_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: sign_in_codes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.sign_in_codes (
    id bigint NOT NULL,
    hash bytea NOT NULL,
    email text NOT NULL,
    code_hash bytea NOT NULL,
    sent boolean NOT NULL,
    tries integer DEFAULT 0 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    known_browser boolean DEFAULT false NOT NULL,
    CONSTRAINT sign_in_codes_check CHECK ((expires_at > created_at)),
    CONSTRAINT sign_in_codes_code_hash_check CHECK ((length(code_hash) = 32)),
    CONSTRAINT sign_in_codes_email_check CHECK (((email = lower(email)) AND (length(email) <= 254))),
    CONSTRAINT sign_in_codes_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT sign_in_codes_tries_check CHECK (((tries >= 0) AND (tries <= 5)))
);


--
-- Name: COLUMN sign_in_codes.hash; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.sign_in_codes.hash IS 'SHA-256 of the cookie';


--
-- Name: COLUMN sign_in_codes.code_hash; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.sign_in_codes.code_hash IS 'HMAC of the code, keyed with the cookie: six digits alone are found by trying all';


--
-- Name: COLUMN sign_in_codes.sent; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.sign_in_codes.sent IS 'false for an address that may not sign in; the browser cannot tell';


--
-- Name: COLUMN sign_in_codes.known_browser; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.sign_in_codes.known_browser IS 'asked for in a browser that has signed in with the address before; counted apart, so that strangers cannot use up its codes';


--
-- Name: sign_in_codes_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.sign_in_codes ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.sign_in_codes_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: status_transitions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.status_transitions (
    from_status text NOT NULL,
    to_status text NOT NULL
);


--
-- Name: tasks; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tasks (
    id bigint NOT NULL,
    kind text NOT NULL,
    key text NOT NULL,
    kommune_number public.kommune_number,
    organization_id bigint,
    offering_id bigint,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    done_at timestamp with time zone,
    done_by text,
    CONSTRAINT tasks_check CHECK (((kommune_number IS NULL) OR (organization_id IS NULL))),
    CONSTRAINT tasks_check1 CHECK (((done_at IS NULL) = (done_by IS NULL))),
    CONSTRAINT tasks_done_by_check CHECK ((done_by <> ''::text)),
    CONSTRAINT tasks_key_check CHECK ((key <> ''::text)),
    CONSTRAINT tasks_kind_check CHECK ((kind ~ '^[a-z_]+$'::text))
);


--
-- Name: COLUMN tasks.key; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.tasks.key IS 'what it is about; there is one open task of a kind and key';


--
-- Name: tasks_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.tasks ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.tasks_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: terms; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.terms (
    kind text NOT NULL,
    code text NOT NULL,
    name_nb text NOT NULL,
    name_nn text DEFAULT ''::text NOT NULL,
    name_en text DEFAULT ''::text NOT NULL,
    "position" integer NOT NULL,
    CONSTRAINT terms_code_check CHECK ((code ~ '^[a-z_]+$'::text)),
    CONSTRAINT terms_kind_check CHECK ((kind = ANY (ARRAY['malgruppe'::text, 'tema'::text, 'form'::text]))),
    CONSTRAINT terms_name_nb_check CHECK ((name_nb <> ''::text))
);


--
-- Name: tokens; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.tokens (
    id bigint NOT NULL,
    hash bytea NOT NULL,
    kommune_number public.kommune_number,
    organization_id bigint,
    name text NOT NULL,
    scopes text[] NOT NULL,
    created_by text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone,
    used_at timestamp with time zone,
    revoked_at timestamp with time zone,
    revoked_by text,
    CONSTRAINT tokens_check CHECK (((kommune_number IS NULL) <> (organization_id IS NULL))),
    CONSTRAINT tokens_check1 CHECK ((expires_at > created_at)),
    CONSTRAINT tokens_check2 CHECK (((revoked_at IS NULL) = (revoked_by IS NULL))),
    CONSTRAINT tokens_created_by_check CHECK ((created_by <> ''::text)),
    CONSTRAINT tokens_hash_check CHECK ((length(hash) = 32)),
    CONSTRAINT tokens_name_check CHECK (((name <> ''::text) AND (length(name) <= 100))),
    CONSTRAINT tokens_revoked_by_check CHECK ((revoked_by <> ''::text)),
    CONSTRAINT tokens_scopes_check CHECK (((cardinality(scopes) > 0) AND (scopes <@ ARRAY['skriv'::text, 'bekreft'::text, 'slett'::text])))
);


--
-- Name: COLUMN tokens.hash; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.tokens.hash IS 'SHA-256 of the secret, which is shown once and kept nowhere';


--
-- Name: COLUMN tokens.expires_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.tokens.expires_at IS 'null: never';


--
-- Name: COLUMN tokens.used_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.tokens.used_at IS 'last use, to within five minutes: reading with a token should seldom write';


--
-- Name: tokens_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.tokens ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.tokens_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: type_groups; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.type_groups (
    code text NOT NULL,
    name_nb text NOT NULL,
    name_nn text DEFAULT ''::text NOT NULL,
    name_en text DEFAULT ''::text NOT NULL,
    "position" integer NOT NULL,
    CONSTRAINT type_groups_code_check CHECK ((code ~ '^[a-z_]+$'::text)),
    CONSTRAINT type_groups_name_nb_check CHECK ((name_nb <> ''::text))
);


--
-- Name: type_laws; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.type_laws (
    type_code text NOT NULL,
    "position" integer NOT NULL,
    summary text NOT NULL,
    paragraph text NOT NULL,
    url text NOT NULL,
    CONSTRAINT type_laws_paragraph_check CHECK ((paragraph <> ''::text)),
    CONSTRAINT type_laws_summary_check CHECK ((summary <> ''::text)),
    CONSTRAINT type_laws_url_check CHECK ((url ~~ 'https://lovdata.no/%'::text))
);


--
-- Name: uploads; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.uploads (
    id bigint NOT NULL,
    account_id bigint NOT NULL,
    name text NOT NULL,
    content bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT uploads_content_check CHECK ((length(content) <= ((8 * 1024) * 1024))),
    CONSTRAINT uploads_name_check CHECK (((name <> ''::text) AND (length(name) <= 200)))
);


--
-- Name: TABLE uploads; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.uploads IS 'kept for a day';


--
-- Name: uploads_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.uploads ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.uploads_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: use_days; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.use_days (
    day date NOT NULL,
    kind text NOT NULL,
    count bigint NOT NULL,
    CONSTRAINT use_days_count_check CHECK ((count > 0)),
    CONSTRAINT use_days_kind_check CHECK ((kind = ANY (ARRAY['forside'::text, 'sok'::text, 'kommune'::text, 'tilbud'::text, 'artikkel'::text, 'sjekkliste'::text, 'kurs'::text, 'kart'::text, 'henvisning'::text, 'innbygd'::text, 'api'::text, 'annet'::text])))
);


--
-- Name: TABLE use_days; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.use_days IS 'pages opened, added up over all readers and nodes';


--
-- Name: COLUMN use_days.day; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.use_days.day IS 'in Norway';


--
-- Name: web_addresses; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.web_addresses (
    offering_id bigint NOT NULL,
    "position" integer NOT NULL,
    url text NOT NULL,
    CONSTRAINT web_addresses_url_check CHECK ((url ~ '^https?://'::text))
);


--
-- Name: webhook_deliveries; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.webhook_deliveries (
    id bigint NOT NULL,
    webhook_id bigint NOT NULL,
    message text NOT NULL,
    kind text NOT NULL,
    changes integer NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    took interval NOT NULL,
    status integer,
    problem text DEFAULT ''::text NOT NULL,
    before text NOT NULL,
    after text NOT NULL,
    CONSTRAINT webhook_deliveries_changes_check CHECK ((changes >= 0)),
    CONSTRAINT webhook_deliveries_kind_check CHECK ((kind = ANY (ARRAY['endringer'::text, 'test'::text]))),
    CONSTRAINT webhook_deliveries_message_check CHECK ((message <> ''::text)),
    CONSTRAINT webhook_deliveries_status_check CHECK (((status >= 100) AND (status <= 999)))
);


--
-- Name: TABLE webhook_deliveries; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.webhook_deliveries IS 'attempts to send a message, of the last 30 days';


--
-- Name: COLUMN webhook_deliveries.message; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhook_deliveries.message IS 'webhook-id: the same when the same is sent again';


--
-- Name: COLUMN webhook_deliveries.status; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhook_deliveries.status IS 'of the answer; null where there was none';


--
-- Name: COLUMN webhook_deliveries.problem; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhook_deliveries.problem IS 'empty where the message was taken';


--
-- Name: webhook_deliveries_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.webhook_deliveries ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.webhook_deliveries_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: webhook_old_secrets; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.webhook_old_secrets (
    id bigint NOT NULL,
    webhook_id bigint NOT NULL,
    secret text NOT NULL,
    until timestamp with time zone NOT NULL,
    CONSTRAINT webhook_old_secrets_secret_check CHECK ((secret ~ '^whsec_'::text))
);


--
-- Name: TABLE webhook_old_secrets; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON TABLE public.webhook_old_secrets IS 'what messages are signed with besides webhooks.secret, so that a receiver can change without losing one';


--
-- Name: webhook_old_secrets_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.webhook_old_secrets ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.webhook_old_secrets_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: webhooks; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.webhooks (
    id bigint NOT NULL,
    name text NOT NULL,
    url text NOT NULL,
    secret text NOT NULL,
    kommuner text[] DEFAULT '{}'::text[] NOT NULL,
    types text[] DEFAULT '{}'::text[] NOT NULL,
    cursor text NOT NULL,
    created_by text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    sent_at timestamp with time zone,
    failing_since timestamp with time zone,
    disabled_at timestamp with time zone,
    disabled_why text DEFAULT ''::text NOT NULL,
    email text DEFAULT ''::text NOT NULL,
    CONSTRAINT webhooks_check CHECK (((disabled_at IS NULL) = (disabled_why = ''::text))),
    CONSTRAINT webhooks_created_by_check CHECK ((created_by <> ''::text)),
    CONSTRAINT webhooks_cursor_check CHECK ((cursor <> ''::text)),
    CONSTRAINT webhooks_email_check CHECK ((length(email) <= 254)),
    CONSTRAINT webhooks_name_check CHECK (((name <> ''::text) AND (length(name) <= 100))),
    CONSTRAINT webhooks_secret_check CHECK ((secret ~ '^whsec_'::text)),
    CONSTRAINT webhooks_url_check CHECK (((url ~ '^https://'::text) AND (length(url) <= 2000)))
);


--
-- Name: COLUMN webhooks.secret; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhooks.secret IS 'in plain: messages are signed with it, and a key beside the database would be lost or leak with it';


--
-- Name: COLUMN webhooks.kommuner; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhooks.kommuner IS 'with types, which offerings it follows; both empty: everything';


--
-- Name: COLUMN webhooks.cursor; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhooks.cursor IS 'as in the API: what was sent and taken last';


--
-- Name: COLUMN webhooks.sent_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhooks.sent_at IS 'when a message was last taken';


--
-- Name: COLUMN webhooks.failing_since; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhooks.failing_since IS 'when the first message failed after the last that was taken';


--
-- Name: COLUMN webhooks.email; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.webhooks.email IS 'who looks after the receiver, lower case; empty: nobody is told';


--
-- Name: webhooks_id_seq; Type: SEQUENCE; Schema: public; Owner: -
--

ALTER TABLE public.webhooks ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.webhooks_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);


--
-- Name: work_schedules; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.work_schedules (
    name text NOT NULL,
    next_run timestamp with time zone DEFAULT now() NOT NULL,
    started_at timestamp with time zone,
    finished_at timestamp with time zone,
    last_error text DEFAULT ''::text NOT NULL,
    CONSTRAINT work_schedules_name_check CHECK ((name ~ '^[a-z_]+$'::text))
);


--
-- Name: COLUMN work_schedules.next_run; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.work_schedules.next_run IS 'moved when a run has ended, so that one that was cut off is run again';


--
-- Name: COLUMN work_schedules.finished_at; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.work_schedules.finished_at IS 'of the last run that ended well';


--
-- Name: wrong_codes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.wrong_codes (
    account_id bigint NOT NULL,
    tries integer NOT NULL,
    wait_until timestamp with time zone NOT NULL,
    CONSTRAINT wrong_codes_tries_check CHECK ((tries > 0))
);


--
-- Name: accounts accounts_email_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_email_key UNIQUE (email);


--
-- Name: accounts accounts_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_pkey PRIMARY KEY (id);


--
-- Name: accounts accounts_uuid_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.accounts
    ADD CONSTRAINT accounts_uuid_key UNIQUE (uuid);


--
-- Name: apps apps_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.apps
    ADD CONSTRAINT apps_pkey PRIMARY KEY (account_id);


--
-- Name: articles articles_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.articles
    ADD CONSTRAINT articles_pkey PRIMARY KEY (section, slug, language);


--
-- Name: articles articles_uuid_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.articles
    ADD CONSTRAINT articles_uuid_key UNIQUE (uuid);


--
-- Name: batch_offerings batch_offerings_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.batch_offerings
    ADD CONSTRAINT batch_offerings_pkey PRIMARY KEY (batch_id, offering_id);


--
-- Name: batches batches_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.batches
    ADD CONSTRAINT batches_pkey PRIMARY KEY (id);


--
-- Name: challenges challenges_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.challenges
    ADD CONSTRAINT challenges_pkey PRIMARY KEY (hash);


--
-- Name: changes changes_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.changes
    ADD CONSTRAINT changes_pkey PRIMARY KEY (id);


--
-- Name: confirmation_offerings confirmation_offerings_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.confirmation_offerings
    ADD CONSTRAINT confirmation_offerings_pkey PRIMARY KEY (confirmation_id, offering_id);


--
-- Name: confirmations confirmations_hash_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.confirmations
    ADD CONSTRAINT confirmations_hash_key UNIQUE (hash);


--
-- Name: confirmations confirmations_kommune_number_organization_id_round_stage_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.confirmations
    ADD CONSTRAINT confirmations_kommune_number_organization_id_round_stage_key UNIQUE NULLS NOT DISTINCT (kommune_number, organization_id, round, stage);


--
-- Name: confirmations confirmations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.confirmations
    ADD CONSTRAINT confirmations_pkey PRIMARY KEY (id);


--
-- Name: course_dates course_dates_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.course_dates
    ADD CONSTRAINT course_dates_pkey PRIMARY KEY (course_id, "position");


--
-- Name: course_terms course_terms_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.course_terms
    ADD CONSTRAINT course_terms_pkey PRIMARY KEY (course_id, kind, code);


--
-- Name: courses courses_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.courses
    ADD CONSTRAINT courses_pkey PRIMARY KEY (id);


--
-- Name: courses courses_uuid_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.courses
    ADD CONSTRAINT courses_uuid_key UNIQUE (uuid);


--
-- Name: coverage_days coverage_days_day_type_code_fylke_number_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.coverage_days
    ADD CONSTRAINT coverage_days_day_type_code_fylke_number_key UNIQUE NULLS NOT DISTINCT (day, type_code, fylke_number);


--
-- Name: drafts drafts_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.drafts
    ADD CONSTRAINT drafts_pkey PRIMARY KEY (account_id, key);


--
-- Name: emails emails_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.emails
    ADD CONSTRAINT emails_pkey PRIMARY KEY (offering_id, "position");


--
-- Name: entries entries_account_id_kommune_number_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.entries
    ADD CONSTRAINT entries_account_id_kommune_number_key UNIQUE (account_id, kommune_number);


--
-- Name: entries entries_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.entries
    ADD CONSTRAINT entries_pkey PRIMARY KEY (id);


--
-- Name: events events_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.events
    ADD CONSTRAINT events_pkey PRIMARY KEY (id);


--
-- Name: expressions expressions_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.expressions
    ADD CONSTRAINT expressions_pkey PRIMARY KEY (text);


--
-- Name: field_sources field_sources_offering_id_organization_id_field_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.field_sources
    ADD CONSTRAINT field_sources_offering_id_organization_id_field_key UNIQUE NULLS NOT DISTINCT (offering_id, organization_id, field);


--
-- Name: field_sources field_sources_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.field_sources
    ADD CONSTRAINT field_sources_pkey PRIMARY KEY (id);


--
-- Name: former_kommuner former_kommuner_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.former_kommuner
    ADD CONSTRAINT former_kommuner_pkey PRIMARY KEY (number, name, present_number);


--
-- Name: fylker fylker_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.fylker
    ADD CONSTRAINT fylker_pkey PRIMARY KEY (number);


--
-- Name: goose_db_version goose_db_version_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.goose_db_version
    ADD CONSTRAINT goose_db_version_pkey PRIMARY KEY (id);


--
-- Name: grants grants_account_id_kommune_number_organization_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.grants
    ADD CONSTRAINT grants_account_id_kommune_number_organization_id_key UNIQUE NULLS NOT DISTINCT (account_id, kommune_number, organization_id);


--
-- Name: grants grants_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.grants
    ADD CONSTRAINT grants_pkey PRIMARY KEY (id);


--
-- Name: held_changes held_changes_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.held_changes
    ADD CONSTRAINT held_changes_pkey PRIMARY KEY (id);


--
-- Name: identities identities_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.identities
    ADD CONSTRAINT identities_pkey PRIMARY KEY (issuer, subject);


--
-- Name: import_progress import_progress_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.import_progress
    ADD CONSTRAINT import_progress_pkey PRIMARY KEY (source);


--
-- Name: import_runs import_runs_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.import_runs
    ADD CONSTRAINT import_runs_pkey PRIMARY KEY (id);


--
-- Name: installation installation_only_row_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.installation
    ADD CONSTRAINT installation_only_row_key UNIQUE (only_row);


--
-- Name: installation installation_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.installation
    ADD CONSTRAINT installation_pkey PRIMARY KEY (id);


--
-- Name: invitations invitations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_pkey PRIMARY KEY (id);


--
-- Name: jobs jobs_key_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT jobs_key_key UNIQUE (key);


--
-- Name: jobs jobs_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT jobs_pkey PRIMARY KEY (id);


--
-- Name: kommune_changes kommune_changes_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.kommune_changes
    ADD CONSTRAINT kommune_changes_pkey PRIMARY KEY (level, changed_on, old_number, new_number);


--
-- Name: kommune_outlines kommune_outlines_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.kommune_outlines
    ADD CONSTRAINT kommune_outlines_pkey PRIMARY KEY (kommune_number);


--
-- Name: kommuner kommuner_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.kommuner
    ADD CONSTRAINT kommuner_pkey PRIMARY KEY (number);


--
-- Name: leader leader_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.leader
    ADD CONSTRAINT leader_pkey PRIMARY KEY (only_row);


--
-- Name: limits limits_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.limits
    ADD CONSTRAINT limits_pkey PRIMARY KEY (hash);


--
-- Name: links links_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.links
    ADD CONSTRAINT links_pkey PRIMARY KEY (url);


--
-- Name: locations locations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.locations
    ADD CONSTRAINT locations_pkey PRIMARY KEY (offering_id, "position");


--
-- Name: login_links login_links_hash_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.login_links
    ADD CONSTRAINT login_links_hash_key UNIQUE (hash);


--
-- Name: login_links login_links_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.login_links
    ADD CONSTRAINT login_links_pkey PRIMARY KEY (id);


--
-- Name: offering_fylker offering_fylker_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.offering_fylker
    ADD CONSTRAINT offering_fylker_pkey PRIMARY KEY (offering_id, fylke_number);


--
-- Name: offering_kommuner offering_kommuner_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.offering_kommuner
    ADD CONSTRAINT offering_kommuner_pkey PRIMARY KEY (offering_id, kommune_number);


--
-- Name: offering_terms offering_terms_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.offering_terms
    ADD CONSTRAINT offering_terms_pkey PRIMARY KEY (offering_id, kind, code);


--
-- Name: offering_types offering_types_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.offering_types
    ADD CONSTRAINT offering_types_pkey PRIMARY KEY (code);


--
-- Name: offerings offerings_key_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.offerings
    ADD CONSTRAINT offerings_key_key UNIQUE (key);


--
-- Name: offerings offerings_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.offerings
    ADD CONSTRAINT offerings_pkey PRIMARY KEY (id);


--
-- Name: offerings offerings_uuid_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.offerings
    ADD CONSTRAINT offerings_uuid_key UNIQUE (uuid);


--
-- Name: organizations organizations_name_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.organizations
    ADD CONSTRAINT organizations_name_key UNIQUE (name);


--
-- Name: organizations organizations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.organizations
    ADD CONSTRAINT organizations_pkey PRIMARY KEY (id);


--
-- Name: organizations organizations_uuid_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.organizations
    ADD CONSTRAINT organizations_uuid_key UNIQUE (uuid);


--
-- Name: passkeys passkeys_credential_id_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.passkeys
    ADD CONSTRAINT passkeys_credential_id_key UNIQUE (credential_id);


--
-- Name: passkeys passkeys_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.passkeys
    ADD CONSTRAINT passkeys_pkey PRIMARY KEY (id);


--
-- Name: phones phones_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.phones
    ADD CONSTRAINT phones_pkey PRIMARY KEY (offering_id, "position");


--
-- Name: places places_name_kommune_number_kind_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.places
    ADD CONSTRAINT places_name_kommune_number_kind_key UNIQUE (name, kommune_number, kind);


--
-- Name: places places_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.places
    ADD CONSTRAINT places_pkey PRIMARY KEY (id);


--
-- Name: postal_codes postal_codes_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.postal_codes
    ADD CONSTRAINT postal_codes_pkey PRIMARY KEY (code);


--
-- Name: recovery_codes recovery_codes_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.recovery_codes
    ADD CONSTRAINT recovery_codes_pkey PRIMARY KEY (hash);


--
-- Name: registered_organizations registered_organizations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.registered_organizations
    ADD CONSTRAINT registered_organizations_pkey PRIMARY KEY (organization_id);


--
-- Name: report_entries report_entries_code_hash_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.report_entries
    ADD CONSTRAINT report_entries_code_hash_key UNIQUE (code_hash);


--
-- Name: report_entries report_entries_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.report_entries
    ADD CONSTRAINT report_entries_pkey PRIMARY KEY (id);


--
-- Name: report_key report_key_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.report_key
    ADD CONSTRAINT report_key_pkey PRIMARY KEY (only_row);


--
-- Name: reports reports_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.reports
    ADD CONSTRAINT reports_pkey PRIMARY KEY (id);


--
-- Name: revisions revisions_kind_ref_version_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.revisions
    ADD CONSTRAINT revisions_kind_ref_version_key UNIQUE (kind, ref, version);


--
-- Name: revisions revisions_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.revisions
    ADD CONSTRAINT revisions_pkey PRIMARY KEY (id);


--
-- Name: schedule_exceptions schedule_exceptions_offering_id_on_date_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.schedule_exceptions
    ADD CONSTRAINT schedule_exceptions_offering_id_on_date_key UNIQUE (offering_id, on_date);


--
-- Name: schedule_exceptions schedule_exceptions_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.schedule_exceptions
    ADD CONSTRAINT schedule_exceptions_pkey PRIMARY KEY (offering_id, "position");


--
-- Name: schedules schedules_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.schedules
    ADD CONSTRAINT schedules_pkey PRIMARY KEY (offering_id, "position");


--
-- Name: sessions sessions_hash_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_hash_key UNIQUE (hash);


--
-- Name: sessions sessions_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);


--
-- Name: sign_in_codes sign_in_codes_hash_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sign_in_codes
    ADD CONSTRAINT sign_in_codes_hash_key UNIQUE (hash);


--
-- Name: sign_in_codes sign_in_codes_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sign_in_codes
    ADD CONSTRAINT sign_in_codes_pkey PRIMARY KEY (id);


--
-- Name: status_transitions status_transitions_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.status_transitions
    ADD CONSTRAINT status_transitions_pkey PRIMARY KEY (from_status, to_status);


--
-- Name: tasks tasks_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT tasks_pkey PRIMARY KEY (id);


--
-- Name: terms terms_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.terms
    ADD CONSTRAINT terms_pkey PRIMARY KEY (kind, code);


--
-- Name: tokens tokens_hash_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT tokens_hash_key UNIQUE (hash);


--
-- Name: tokens tokens_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT tokens_pkey PRIMARY KEY (id);


--
-- Name: type_groups type_groups_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.type_groups
    ADD CONSTRAINT type_groups_pkey PRIMARY KEY (code);


--
-- Name: type_laws type_laws_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.type_laws
    ADD CONSTRAINT type_laws_pkey PRIMARY KEY (type_code, "position");


--
-- Name: uploads uploads_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.uploads
    ADD CONSTRAINT uploads_pkey PRIMARY KEY (id);


--
-- Name: use_days use_days_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.use_days
    ADD CONSTRAINT use_days_pkey PRIMARY KEY (day, kind);


--
-- Name: web_addresses web_addresses_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.web_addresses
    ADD CONSTRAINT web_addresses_pkey PRIMARY KEY (offering_id, "position");


--
-- Name: webhook_deliveries webhook_deliveries_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (id);


--
-- Name: webhook_old_secrets webhook_old_secrets_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.webhook_old_secrets
    ADD CONSTRAINT webhook_old_secrets_pkey PRIMARY KEY (id);


--
-- Name: webhooks webhooks_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.webhooks
    ADD CONSTRAINT webhooks_pkey PRIMARY KEY (id);


--
-- Name: work_schedules work_schedules_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.work_schedules
    ADD CONSTRAINT work_schedules_pkey PRIMARY KEY (name);


--
-- Name: wrong_codes wrong_codes_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.wrong_codes
    ADD CONSTRAINT wrong_codes_pkey PRIMARY KEY (account_id);


--
-- Name: batches_kommune_number; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX batches_kommune_number ON public.batches USING btree (kommune_number);


--
-- Name: batches_organization_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX batches_organization_id ON public.batches USING btree (organization_id);


--
-- Name: challenges_expires_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX challenges_expires_at ON public.challenges USING btree (expires_at);


--
-- Name: changes_last; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX changes_last ON public.changes USING btree (kind, ref, xid DESC, id DESC);


--
-- Name: changes_xid_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX changes_xid_id ON public.changes USING btree (xid, id);


--
-- Name: courses_offering_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX courses_offering_id ON public.courses USING btree (offering_id);


--
-- Name: drafts_key; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX drafts_key ON public.drafts USING btree (key);


--
-- Name: entries_kommune_number; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX entries_kommune_number ON public.entries USING btree (kommune_number) WHERE (answer IS NULL);


--
-- Name: field_sources_organization_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX field_sources_organization_id ON public.field_sources USING btree (organization_id) WHERE (organization_id IS NOT NULL);


--
-- Name: fylker_name; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX fylker_name ON public.fylker USING btree (name) WHERE (ended_on IS NULL);


--
-- Name: grants_kommune_number; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX grants_kommune_number ON public.grants USING btree (kommune_number);


--
-- Name: grants_organization_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX grants_organization_id ON public.grants USING btree (organization_id);


--
-- Name: held_changes_account; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX held_changes_account ON public.held_changes USING btree (account_id);


--
-- Name: held_changes_open; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX held_changes_open ON public.held_changes USING btree (offering_id) WHERE (decision IS NULL);


--
-- Name: identities_account_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX identities_account_id ON public.identities USING btree (account_id);


--
-- Name: invitations_open; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX invitations_open ON public.invitations USING btree (email, kommune_number, organization_id) NULLS NOT DISTINCT WHERE (used_at IS NULL);


--
-- Name: jobs_done; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX jobs_done ON public.jobs USING btree (done_at) WHERE (done_at IS NOT NULL);


--
-- Name: jobs_gave_up; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX jobs_gave_up ON public.jobs USING btree (gave_up_at) WHERE ((gave_up_at IS NOT NULL) AND (done_at IS NULL));


--
-- Name: jobs_waiting; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX jobs_waiting ON public.jobs USING btree (run_at) WHERE ((done_at IS NULL) AND (gave_up_at IS NULL));


--
-- Name: kommuner_domain; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX kommuner_domain ON public.kommuner USING btree (domain) WHERE (ended_on IS NULL);


--
-- Name: kommuner_fylke_number_name; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX kommuner_fylke_number_name ON public.kommuner USING btree (fylke_number, name) WHERE (ended_on IS NULL);


--
-- Name: kommuner_org_number; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX kommuner_org_number ON public.kommuner USING btree (org_number) WHERE (ended_on IS NULL);


--
-- Name: kommuner_wikidata; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX kommuner_wikidata ON public.kommuner USING btree (wikidata) WHERE (ended_on IS NULL);


--
-- Name: limits_ends_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX limits_ends_at ON public.limits USING btree (ends_at);


--
-- Name: links_next_check; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX links_next_check ON public.links USING btree (next_check);


--
-- Name: offering_kommuner_kommune_number; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX offering_kommuner_kommune_number ON public.offering_kommuner USING btree (kommune_number);


--
-- Name: offerings_organization_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX offerings_organization_id ON public.offerings USING btree (organization_id);


--
-- Name: offerings_type_code; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX offerings_type_code ON public.offerings USING btree (type_code);


--
-- Name: passkeys_account_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX passkeys_account_id ON public.passkeys USING btree (account_id);


--
-- Name: recovery_codes_account_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX recovery_codes_account_id ON public.recovery_codes USING btree (account_id);


--
-- Name: report_entries_created_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX report_entries_created_at ON public.report_entries USING btree (created_at);


--
-- Name: report_entries_report_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX report_entries_report_id ON public.report_entries USING btree (report_id);


--
-- Name: reports_kommune_number; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX reports_kommune_number ON public.reports USING btree (kommune_number);


--
-- Name: reports_offering_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX reports_offering_id ON public.reports USING btree (offering_id);


--
-- Name: reports_open; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX reports_open ON public.reports USING btree (offering_id, choice) WHERE ((state = 'apen'::text) AND (choice <> ALL (ARRAY['annet'::text, 'mangler'::text])));


--
-- Name: sessions_account_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX sessions_account_id ON public.sessions USING btree (account_id);


--
-- Name: sign_in_codes_created_at; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX sign_in_codes_created_at ON public.sign_in_codes USING btree (created_at);


--
-- Name: tasks_kommune_number; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tasks_kommune_number ON public.tasks USING btree (kommune_number) WHERE (done_at IS NULL);


--
-- Name: tasks_open; Type: INDEX; Schema: public; Owner: -
--

CREATE UNIQUE INDEX tasks_open ON public.tasks USING btree (kind, key) WHERE (done_at IS NULL);


--
-- Name: tasks_organization_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tasks_organization_id ON public.tasks USING btree (organization_id) WHERE (done_at IS NULL);


--
-- Name: tokens_kommune_number; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tokens_kommune_number ON public.tokens USING btree (kommune_number);


--
-- Name: tokens_organization_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX tokens_organization_id ON public.tokens USING btree (organization_id);


--
-- Name: webhook_deliveries_webhook_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX webhook_deliveries_webhook_id ON public.webhook_deliveries USING btree (webhook_id, id);


--
-- Name: webhook_old_secrets_webhook_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX webhook_old_secrets_webhook_id ON public.webhook_old_secrets USING btree (webhook_id);


--
-- Name: changes changes_notify; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER changes_notify AFTER INSERT ON public.changes FOR EACH STATEMENT EXECUTE FUNCTION public.changes_notify();


--
-- Name: coverage_days coverage_days_append_only; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER coverage_days_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.coverage_days FOR EACH STATEMENT EXECUTE FUNCTION public.append_only();

ALTER TABLE public.coverage_days ENABLE ALWAYS TRIGGER coverage_days_append_only;


--
-- Name: events events_append_only; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER events_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.events FOR EACH STATEMENT EXECUTE FUNCTION public.append_only();

ALTER TABLE public.events ENABLE ALWAYS TRIGGER events_append_only;


--
-- Name: jobs jobs_notify; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER jobs_notify AFTER INSERT ON public.jobs FOR EACH STATEMENT EXECUTE FUNCTION public.jobs_notify();


--
-- Name: offerings offerings_status_guard; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER offerings_status_guard BEFORE UPDATE OF status ON public.offerings FOR EACH ROW EXECUTE FUNCTION public.offerings_status_guard();


--
-- Name: revisions revisions_append_only; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER revisions_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.revisions FOR EACH STATEMENT EXECUTE FUNCTION public.revisions_append_only();

ALTER TABLE public.revisions ENABLE ALWAYS TRIGGER revisions_append_only;


--
-- Name: apps apps_account_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.apps
    ADD CONSTRAINT apps_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);


--
-- Name: batch_offerings batch_offerings_batch_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.batch_offerings
    ADD CONSTRAINT batch_offerings_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES public.batches(id);


--
-- Name: batch_offerings batch_offerings_offering_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.batch_offerings
    ADD CONSTRAINT batch_offerings_offering_id_fkey FOREIGN KEY (offering_id) REFERENCES public.offerings(id);


--
-- Name: batches batches_kommune_number_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.batches
    ADD CONSTRAINT batches_kommune_number_fkey FOREIGN KEY (kommune_number) REFERENCES public.kommuner(number);


--
-- Name: batches batches_organization_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.batches
    ADD CONSTRAINT batches_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(id);


--
-- Name: confirmation_offerings confirmation_offerings_confirmation_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.confirmation_offerings
    ADD CONSTRAINT confirmation_offerings_confirmation_id_fkey FOREIGN KEY (confirmation_id) REFERENCES public.confirmations(id) ON DELETE CASCADE;


--
-- Name: confirmation_offerings confirmation_offerings_offering_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.confirmation_offerings
    ADD CONSTRAINT confirmation_offerings_offering_id_fkey FOREIGN KEY (offering_id) REFERENCES public.offerings(id);


--
-- Name: confirmations confirmations_kommune_number_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.confirmations
    ADD CONSTRAINT confirmations_kommune_number_fkey FOREIGN KEY (kommune_number) REFERENCES public.kommuner(number);


--
-- Name: confirmations confirmations_organization_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.confirmations
    ADD CONSTRAINT confirmations_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(id);


--
-- Name: course_dates course_dates_course_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.course_dates
    ADD CONSTRAINT course_dates_course_id_fkey FOREIGN KEY (course_id) REFERENCES public.courses(id) ON DELETE CASCADE;


--
-- Name: course_terms course_terms_course_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.course_terms
    ADD CONSTRAINT course_terms_course_id_fkey FOREIGN KEY (course_id) REFERENCES public.courses(id) ON DELETE CASCADE;


--
-- Name: course_terms course_terms_kind_code_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.course_terms
    ADD CONSTRAINT course_terms_kind_code_fkey FOREIGN KEY (kind, code) REFERENCES public.terms(kind, code);


--
-- Name: courses courses_kommune_number_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.courses
    ADD CONSTRAINT courses_kommune_number_fkey FOREIGN KEY (kommune_number) REFERENCES public.kommuner(number);


--
-- Name: courses courses_offering_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.courses
    ADD CONSTRAINT courses_offering_id_fkey FOREIGN KEY (offering_id) REFERENCES public.offerings(id);


--
-- Name: courses courses_postal_code_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.courses
    ADD CONSTRAINT courses_postal_code_fkey FOREIGN KEY (postal_code) REFERENCES public.postal_codes(code);


--
-- Name: coverage_days coverage_days_fylke_number_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.coverage_days
    ADD CONSTRAINT coverage_days_fylke_number_fkey FOREIGN KEY (fylke_number) REFERENCES public.fylker(number);


--
-- Name: coverage_days coverage_days_type_code_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.coverage_days
    ADD CONSTRAINT coverage_days_type_code_fkey FOREIGN KEY (type_code) REFERENCES public.offering_types(code);


--
-- Name: drafts drafts_account_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.drafts
    ADD CONSTRAINT drafts_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);


--
-- Name: emails emails_offering_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.emails
    ADD CONSTRAINT emails_offering_id_fkey FOREIGN KEY (offering_id) REFERENCES public.offerings(id) ON DELETE CASCADE;


--
-- Name: entries entries_account_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.entries
    ADD CONSTRAINT entries_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);


--
-- Name: entries entries_kommune_number_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.entries
    ADD CONSTRAINT entries_kommune_number_fkey FOREIGN KEY (kommune_number) REFERENCES public.kommuner(number);


--
-- Name: field_sources field_sources_offering_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.field_sources
    ADD CONSTRAINT field_sources_offering_id_fkey FOREIGN KEY (offering_id) REFERENCES public.offerings(id) ON DELETE CASCADE;


--
-- Name: field_sources field_sources_organization_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.field_sources
    ADD CONSTRAINT field_sources_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(id) ON DELETE CASCADE;


--
-- Name: former_kommuner former_kommuner_present_number_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.former_kommuner
    ADD CONSTRAINT former_kommuner_present_number_fkey FOREIGN KEY (present_number) REFERENCES public.kommuner(number);


--
-- Name: grants grants_account_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.grants
    ADD CONSTRAINT grants_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);


--
-- Name: grants grants_kommune_number_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.grants
    ADD CONSTRAINT grants_kommune_number_fkey FOREIGN KEY (kommune_number) REFERENCES public.kommuner(number);


--
-- Name: grants grants_organization_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.grants
    ADD CONSTRAINT grants_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(id);


--
-- Name: held_changes held_changes_offering_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.held_changes
    ADD CONSTRAINT held_changes_offering_id_fkey FOREIGN KEY (offering_id) REFERENCES public.offerings(id);


--
-- Name: identities identities_account_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.identities
    ADD CONSTRAINT identities_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);


--
-- Name: invitations invitations_invited_by_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_invited_by_fkey FOREIGN KEY (invited_by) REFERENCES public.accounts(id);


--
-- Name: invitations invitations_kommune_number_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_kommune_number_fkey FOREIGN KEY (kommune_number) REFERENCES public.kommuner(number);


--
-- Name: invitations invitations_organization_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.invitations
    ADD CONSTRAINT invitations_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(id);


--
-- Name: kommune_outlines kommune_outlines_kommune_number_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.kommune_outlines
    ADD CONSTRAINT kommune_outlines_kommune_number_fkey FOREIGN KEY (kommune_number) REFERENCES public.kommuner(number);


--
-- Name: kommuner kommuner_fylke_number_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.kommuner
    ADD CONSTRAINT kommuner_fylke_number_fkey FOREIGN KEY (fylke_number) REFERENCES public.fylker(number);


--
-- Name: locations locations_kommune_number_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.locations
    ADD CONSTRAINT locations_kommune_number_fkey FOREIGN KEY (kommune_number) REFERENCES public.kommuner(number);


--
-- Name: locations locations_offering_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.locations
    ADD CONSTRAINT locations_offering_id_fkey FOREIGN KEY (offering_id) REFERENCES public.offerings(id) ON DELETE CASCADE;


--
-- Name: locations locations_postal_code_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.locations
    ADD CONSTRAINT locations_postal_code_fkey FOREIGN KEY (postal_code) REFERENCES public.postal_codes(code);


--
-- Name: login_links login_links_account_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.login_links
    ADD CONSTRAINT login_links_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);


--
-- Name: offering_fylker offering_fylker_fylke_number_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.offering_fylker
    ADD CONSTRAINT offering_fylker_fylke_number_fkey FOREIGN KEY (fylke_number) REFERENCES public.fylker(number);


--
-- Name: offering_fylker offering_fylker_offering_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.offering_fylker
    ADD CONSTRAINT offering_fylker_offering_id_fkey FOREIGN KEY (offering_id) REFERENCES public.offerings(id) ON DELETE CASCADE;


--
-- Name: offering_kommuner offering_kommuner_kommune_number_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.offering_kommuner
    ADD CONSTRAINT offering_kommuner_kommune_number_fkey FOREIGN KEY (kommune_number) REFERENCES public.kommuner(number);


--
-- Name: offering_kommuner offering_kommuner_offering_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.offering_kommuner
    ADD CONSTRAINT offering_kommuner_offering_id_fkey FOREIGN KEY (offering_id) REFERENCES public.offerings(id) ON DELETE CASCADE;


--
-- Name: offering_terms offering_terms_kind_code_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.offering_terms
    ADD CONSTRAINT offering_terms_kind_code_fkey FOREIGN KEY (kind, code) REFERENCES public.terms(kind, code);


--
-- Name: offering_terms offering_terms_offering_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.offering_terms
    ADD CONSTRAINT offering_terms_offering_id_fkey FOREIGN KEY (offering_id) REFERENCES public.offerings(id) ON DELETE CASCADE;


--
-- Name: offering_types offering_types_group_code_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.offering_types
    ADD CONSTRAINT offering_types_group_code_fkey FOREIGN KEY (group_code) REFERENCES public.type_groups(code);


--
-- Name: offerings offerings_organization_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.offerings
    ADD CONSTRAINT offerings_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(id);


--
-- Name: offerings offerings_type_code_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.offerings
    ADD CONSTRAINT offerings_type_code_fkey FOREIGN KEY (type_code) REFERENCES public.offering_types(code);


--
-- Name: organizations organizations_kommune_number_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.organizations
    ADD CONSTRAINT organizations_kommune_number_fkey FOREIGN KEY (kommune_number) REFERENCES public.kommuner(number);


--
-- Name: passkeys passkeys_account_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.passkeys
    ADD CONSTRAINT passkeys_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);


--
-- Name: phones phones_offering_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.phones
    ADD CONSTRAINT phones_offering_id_fkey FOREIGN KEY (offering_id) REFERENCES public.offerings(id) ON DELETE CASCADE;


--
-- Name: places places_kommune_number_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.places
    ADD CONSTRAINT places_kommune_number_fkey FOREIGN KEY (kommune_number) REFERENCES public.kommuner(number);


--
-- Name: postal_codes postal_codes_kommune_number_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.postal_codes
    ADD CONSTRAINT postal_codes_kommune_number_fkey FOREIGN KEY (kommune_number) REFERENCES public.kommuner(number);


--
-- Name: recovery_codes recovery_codes_account_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.recovery_codes
    ADD CONSTRAINT recovery_codes_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);


--
-- Name: registered_organizations registered_organizations_organization_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.registered_organizations
    ADD CONSTRAINT registered_organizations_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(id) ON DELETE CASCADE;


--
-- Name: report_entries report_entries_report_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.report_entries
    ADD CONSTRAINT report_entries_report_id_fkey FOREIGN KEY (report_id) REFERENCES public.reports(id);


--
-- Name: reports reports_held_change_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.reports
    ADD CONSTRAINT reports_held_change_id_fkey FOREIGN KEY (held_change_id) REFERENCES public.held_changes(id);


--
-- Name: reports reports_kommune_number_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.reports
    ADD CONSTRAINT reports_kommune_number_fkey FOREIGN KEY (kommune_number) REFERENCES public.kommuner(number);


--
-- Name: reports reports_offering_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.reports
    ADD CONSTRAINT reports_offering_id_fkey FOREIGN KEY (offering_id) REFERENCES public.offerings(id);


--
-- Name: schedule_exceptions schedule_exceptions_offering_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.schedule_exceptions
    ADD CONSTRAINT schedule_exceptions_offering_id_fkey FOREIGN KEY (offering_id) REFERENCES public.offerings(id) ON DELETE CASCADE;


--
-- Name: schedules schedules_offering_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.schedules
    ADD CONSTRAINT schedules_offering_id_fkey FOREIGN KEY (offering_id) REFERENCES public.offerings(id) ON DELETE CASCADE;


--
-- Name: sessions sessions_account_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);


--
-- Name: tasks tasks_kommune_number_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT tasks_kommune_number_fkey FOREIGN KEY (kommune_number) REFERENCES public.kommuner(number);


--
-- Name: tasks tasks_offering_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT tasks_offering_id_fkey FOREIGN KEY (offering_id) REFERENCES public.offerings(id);


--
-- Name: tasks tasks_organization_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tasks
    ADD CONSTRAINT tasks_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(id);


--
-- Name: tokens tokens_kommune_number_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT tokens_kommune_number_fkey FOREIGN KEY (kommune_number) REFERENCES public.kommuner(number);


--
-- Name: tokens tokens_organization_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.tokens
    ADD CONSTRAINT tokens_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES public.organizations(id);


--
-- Name: type_laws type_laws_type_code_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.type_laws
    ADD CONSTRAINT type_laws_type_code_fkey FOREIGN KEY (type_code) REFERENCES public.offering_types(code) ON DELETE CASCADE;


--
-- Name: uploads uploads_account_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.uploads
    ADD CONSTRAINT uploads_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);


--
-- Name: web_addresses web_addresses_offering_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.web_addresses
    ADD CONSTRAINT web_addresses_offering_id_fkey FOREIGN KEY (offering_id) REFERENCES public.offerings(id) ON DELETE CASCADE;


--
-- Name: webhook_deliveries webhook_deliveries_webhook_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_webhook_id_fkey FOREIGN KEY (webhook_id) REFERENCES public.webhooks(id) ON DELETE CASCADE;


--
-- Name: webhook_old_secrets webhook_old_secrets_webhook_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.webhook_old_secrets
    ADD CONSTRAINT webhook_old_secrets_webhook_id_fkey FOREIGN KEY (webhook_id) REFERENCES public.webhooks(id) ON DELETE CASCADE;


--
-- Name: wrong_codes wrong_codes_account_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.wrong_codes
    ADD CONSTRAINT wrong_codes_account_id_fkey FOREIGN KEY (account_id) REFERENCES public.accounts(id);


--
-- PostgreSQL database dump complete
--


