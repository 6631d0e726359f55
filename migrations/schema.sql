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
-- Name: articles; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.articles (
    section text NOT NULL,
    slug text NOT NULL,
    uuid uuid DEFAULT gen_random_uuid() NOT NULL,
    source text NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    version integer DEFAULT 1 NOT NULL,
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
-- Name: changes; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.changes (
    id bigint NOT NULL,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    kind text NOT NULL,
    ref text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT changes_kind_check CHECK ((kind = ANY (ARRAY['offering'::text, 'kommune'::text, 'fylke'::text, 'article'::text, 'group'::text, 'type'::text, 'term'::text, 'expression'::text, 'place'::text, 'reindex'::text])))
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
-- Name: emails; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.emails (
    offering_id bigint NOT NULL,
    "position" integer NOT NULL,
    address text NOT NULL,
    CONSTRAINT emails_address_check CHECK ((address ~ '^[^@\s]+@[^@\s]+\.[^@\s.]+$'::text))
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
-- Name: former_kommuner; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.former_kommuner (
    number public.kommune_number NOT NULL,
    name text NOT NULL,
    present_number public.kommune_number NOT NULL,
    valid_to date NOT NULL,
    kind text NOT NULL,
    CONSTRAINT former_kommuner_kind_check CHECK ((kind = ANY (ARRAY['nytt nummer'::text, 'nytt nummer og navn'::text, 'sammenslåing'::text, 'deling'::text]))),
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
    CONSTRAINT fylker_name_check CHECK ((name <> ''::text)),
    CONSTRAINT fylker_official_name_check CHECK ((official_name <> ''::text))
);


--
-- Name: COLUMN fylker.other_names; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.fylker.other_names IS 'Sámi and Kven official names';


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
    CONSTRAINT installation_only_row_check CHECK (only_row)
);


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
    population integer NOT NULL,
    population_year integer NOT NULL,
    admin_centre text,
    lat double precision NOT NULL,
    lon double precision NOT NULL,
    domain text NOT NULL,
    website text NOT NULL,
    org_number public.org_number,
    wikidata text NOT NULL,
    contact_phone public.phone_number,
    contact_email text,
    contact_source text,
    contact_source_date public.partial_date,
    contact_confirmed boolean DEFAULT false NOT NULL,
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
-- Name: COLUMN kommuner.lat; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.kommuner.lat IS 'WGS84, administrative centre';


--
-- Name: COLUMN kommuner.contact_confirmed; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.kommuner.contact_confirmed IS 'false: for editors to confirm, not shown to readers';


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
    CONSTRAINT offering_types_code_check CHECK ((code ~ '^[a-z_]+$'::text)),
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
    CONSTRAINT offerings_accessibility_check CHECK ((accessibility <@ ARRAY['rullestol'::text, 'teleslynge'::text, 'tegnsprak'::text, 'trinnfritt'::text])),
    CONSTRAINT offerings_audience_check CHECK ((length(audience) <= 600)),
    CONSTRAINT offerings_check CHECK (((closed_until IS NULL) OR (status = 'stengt'::text))),
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
    CONSTRAINT postal_codes_category_check CHECK ((category = ANY (ARRAY['B'::text, 'F'::text, 'G'::text, 'P'::text, 'S'::text]))),
    CONSTRAINT postal_codes_place_check CHECK ((place <> ''::text))
);


--
-- Name: COLUMN postal_codes.kommune_number; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.postal_codes.kommune_number IS 'where most of its addresses lie; null for Svalbard and Jan Mayen';


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
    CONSTRAINT revisions_actor_check CHECK ((actor <> ''::text)),
    CONSTRAINT revisions_kind_check CHECK ((kind = ANY (ARRAY['offering'::text, 'article'::text]))),
    CONSTRAINT revisions_ref_check CHECK ((ref <> ''::text)),
    CONSTRAINT revisions_version_check CHECK ((version > 0))
);


--
-- Name: COLUMN revisions.before; Type: COMMENT; Schema: public; Owner: -
--

COMMENT ON COLUMN public.revisions.before IS 'null for the first';


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
-- Name: status_transitions; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.status_transitions (
    from_status text NOT NULL,
    to_status text NOT NULL
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
-- Name: web_addresses; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.web_addresses (
    offering_id bigint NOT NULL,
    "position" integer NOT NULL,
    url text NOT NULL,
    CONSTRAINT web_addresses_url_check CHECK ((url ~ '^https?://'::text))
);


--
-- Name: articles articles_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.articles
    ADD CONSTRAINT articles_pkey PRIMARY KEY (section, slug);


--
-- Name: articles articles_uuid_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.articles
    ADD CONSTRAINT articles_uuid_key UNIQUE (uuid);


--
-- Name: changes changes_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.changes
    ADD CONSTRAINT changes_pkey PRIMARY KEY (id);


--
-- Name: emails emails_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.emails
    ADD CONSTRAINT emails_pkey PRIMARY KEY (offering_id, "position");


--
-- Name: expressions expressions_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.expressions
    ADD CONSTRAINT expressions_pkey PRIMARY KEY (text);


--
-- Name: former_kommuner former_kommuner_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.former_kommuner
    ADD CONSTRAINT former_kommuner_pkey PRIMARY KEY (number, name, present_number);


--
-- Name: fylker fylker_name_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.fylker
    ADD CONSTRAINT fylker_name_key UNIQUE (name);


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
-- Name: kommuner kommuner_domain_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.kommuner
    ADD CONSTRAINT kommuner_domain_key UNIQUE (domain);


--
-- Name: kommuner kommuner_fylke_number_name_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.kommuner
    ADD CONSTRAINT kommuner_fylke_number_name_key UNIQUE (fylke_number, name);


--
-- Name: kommuner kommuner_org_number_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.kommuner
    ADD CONSTRAINT kommuner_org_number_key UNIQUE (org_number);


--
-- Name: kommuner kommuner_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.kommuner
    ADD CONSTRAINT kommuner_pkey PRIMARY KEY (number);


--
-- Name: kommuner kommuner_wikidata_key; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.kommuner
    ADD CONSTRAINT kommuner_wikidata_key UNIQUE (wikidata);


--
-- Name: locations locations_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.locations
    ADD CONSTRAINT locations_pkey PRIMARY KEY (offering_id, "position");


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
-- Name: status_transitions status_transitions_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.status_transitions
    ADD CONSTRAINT status_transitions_pkey PRIMARY KEY (from_status, to_status);


--
-- Name: terms terms_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.terms
    ADD CONSTRAINT terms_pkey PRIMARY KEY (kind, code);


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
-- Name: web_addresses web_addresses_pkey; Type: CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.web_addresses
    ADD CONSTRAINT web_addresses_pkey PRIMARY KEY (offering_id, "position");


--
-- Name: changes_xid_id; Type: INDEX; Schema: public; Owner: -
--

CREATE INDEX changes_xid_id ON public.changes USING btree (xid, id);


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
-- Name: changes changes_notify; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER changes_notify AFTER INSERT ON public.changes FOR EACH STATEMENT EXECUTE FUNCTION public.changes_notify();


--
-- Name: offerings offerings_status_guard; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER offerings_status_guard BEFORE UPDATE OF status ON public.offerings FOR EACH ROW EXECUTE FUNCTION public.offerings_status_guard();


--
-- Name: revisions revisions_append_only; Type: TRIGGER; Schema: public; Owner: -
--

CREATE TRIGGER revisions_append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.revisions FOR EACH STATEMENT EXECUTE FUNCTION public.revisions_append_only();


--
-- Name: emails emails_offering_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.emails
    ADD CONSTRAINT emails_offering_id_fkey FOREIGN KEY (offering_id) REFERENCES public.offerings(id) ON DELETE CASCADE;


--
-- Name: former_kommuner former_kommuner_present_number_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.former_kommuner
    ADD CONSTRAINT former_kommuner_present_number_fkey FOREIGN KEY (present_number) REFERENCES public.kommuner(number);


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
-- Name: type_laws type_laws_type_code_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.type_laws
    ADD CONSTRAINT type_laws_type_code_fkey FOREIGN KEY (type_code) REFERENCES public.offering_types(code) ON DELETE CASCADE;


--
-- Name: web_addresses web_addresses_offering_id_fkey; Type: FK CONSTRAINT; Schema: public; Owner: -
--

ALTER TABLE ONLY public.web_addresses
    ADD CONSTRAINT web_addresses_offering_id_fkey FOREIGN KEY (offering_id) REFERENCES public.offerings(id) ON DELETE CASCADE;


--
-- PostgreSQL database dump complete
--


